package io.sluice.namesrv.remoting;

import io.sluice.transport.Peer;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** The configuration is shown, and not changed while the process runs. */
final class ConfigHandler {
    private final byte[] properties;

    ConfigHandler(Map<String, String> settings) {
        properties = new TreeMap<>(settings)
                .entrySet().stream()
                        .map(setting -> setting.getKey() + "=" + setting.getValue() + "\n")
                        .collect(Collectors.joining())
                        .getBytes(StandardCharsets.UTF_8);
    }

    CompletionStage<Frame> show(Frame request, Peer peer) {
        return CompletableFuture.completedFuture(
                Frame.answer(ResponseCode.SUCCESS, "").withBody(FrameBody.of(properties)));
    }

    CompletionStage<Frame> update(Frame request, Peer peer) {
        return CompletableFuture.completedFuture(Frame.answer(
                ResponseCode.NO_PERMISSION,
                "settings of the name server are read at start; change the configuration file and restart it"));
    }
}

package io.sluice.namesrv.remoting;

import io.sluice.namesrv.settings.NameServerSettings;
import io.sluice.namesrv.settings.NameServerSettings.Change;
import io.sluice.transport.Peer;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** The settings of the name server, shown and changed as lines {@code name=value}. */
final class ConfigHandler {
    private final NameServerSettings settings;

    ConfigHandler(NameServerSettings settings) {
        this.settings = settings;
    }

    CompletionStage<Frame> show(Frame request, Peer peer) {
        byte[] lines = settings.now().entrySet().stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue() + "\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8);
        return answer(Frame.answer(ResponseCode.SUCCESS, "").withBody(FrameBody.of(lines)));
    }

    CompletionStage<Frame> update(Frame request, Peer peer) {
        Map<String, String> wanted = new TreeMap<>();
        try {
            Properties lines = new Properties();
            lines.load(new StringReader(new String(request.body().toByteArray(), StandardCharsets.UTF_8)));
            lines.forEach((name, value) -> wanted.put((String) name, ((String) value).trim()));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        } catch (IllegalArgumentException malformed) {
            return answer(Frame.answer(ResponseCode.SYSTEM_ERROR, malformed.getMessage()));
        }
        if (wanted.isEmpty()) {
            return answer(Frame.answer(ResponseCode.SYSTEM_ERROR, "no setting is named; expected lines of name=value"));
        }
        Change change = settings.change(wanted);
        if (change instanceof Change.Illegal illegal) {
            return answer(Frame.answer(ResponseCode.SYSTEM_ERROR, illegal.sentence()));
        }
        if (change instanceof Change.OnlyAtStart onlyAtStart) {
            return answer(Frame.answer(ResponseCode.NO_PERMISSION, onlyAtStart.sentence()));
        }
        return answer(Frame.answer(ResponseCode.SUCCESS, ""));
    }

    private static CompletionStage<Frame> answer(Frame answer) {
        return CompletableFuture.completedFuture(answer);
    }
}

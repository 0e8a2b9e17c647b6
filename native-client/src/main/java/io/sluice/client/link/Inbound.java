package io.sluice.client.link;

import io.sluice.transport.RequestTable;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who in this client listens to which requests of servers. The codes are fixed, listeners come and go; any thread. */
final class Inbound {
    private final Map<Integer, List<InboundListener>> listeners = Map.of(
            RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, new CopyOnWriteArrayList<>(),
            RequestCode.RESET_CONSUMER_CLIENT_OFFSET, new CopyOnWriteArrayList<>(),
            RequestCode.CHECK_TRANSACTION_STATE, new CopyOnWriteArrayList<>(),
            RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT, new CopyOnWriteArrayList<>());

    /** One row per code; a request is answered with success when all have heard it. */
    RequestTable table() {
        RequestTable table = new RequestTable();
        listeners.forEach((code, those) -> table.on(code, (request, peer) -> {
            those.forEach(listener -> listener.came(request, peer));
            return CompletableFuture.completedFuture(Frame.answer(ResponseCode.SUCCESS, ""));
        }));
        return table;
    }

    /** @throws IllegalArgumentException when the code is none that a client can be asked */
    Listening on(int code, InboundListener listener) {
        List<InboundListener> those = listeners.get(code);
        if (those == null) {
            throw new IllegalArgumentException("request code %d is not one of %s".formatted(code, listeners.keySet()));
        }
        those.add(listener);
        return () -> those.remove(listener);
    }
}

package io.sluice.perf.load;

import io.sluice.perf.measure.Operation;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A step that is done when its message comes back: sent by a producer, received by a consumer of the same process, told
 * apart by a number in the first eight bytes of the body.
 */
public final class RoundTrip implements Operation {
    private final Map<Long, CompletableFuture<Integer>> travelling = new ConcurrentHashMap<>();
    private final LoadClient client;
    private final int bodyBytes;

    public RoundTrip(LoadClient client, String group, int bodyBytes) throws Exception {
        this.client = client;
        this.bodyBytes = bodyBytes;
        client.receive(group, this::received);
    }

    @Override
    public CompletionStage<Integer> start(long number) throws Exception {
        CompletableFuture<Integer> back = new CompletableFuture<>();
        travelling.put(number, back);
        byte[] body = ByteBuffer.allocate(bodyBytes).putLong(number).array();
        client.send(body).whenComplete((sent, failed) -> {
            if (failed != null && travelling.remove(number) != null) {
                back.completeExceptionally(failed);
            }
        });
        return back;
    }

    /** Messages of others and second deliveries of the same one have no one waiting and are left out. */
    private void received(byte[] body) {
        CompletableFuture<Integer> back =
                travelling.remove(ByteBuffer.wrap(body).getLong());
        if (back != null) {
            back.complete(1);
        }
    }
}

package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests of one thread to one address arrive as they were given, also those given before there was a connection. */
class RequestOrderTest {
    private static final int NUMBERED = 1;
    private static final int REQUESTS = 300;

    @Test
    void requestsGivenWhileTheConnectionIsBeingMadeArriveInOrder() throws IOException {
        List<String> arrived = new CopyOnWriteArrayList<>();
        RequestTable table = new RequestTable().on(NUMBERED, (request, peer) -> {
            arrived.add(new String(request.body().toByteArray(), StandardCharsets.UTF_8));
            return CompletableFuture.completedFuture(Frame.answer(0, ""));
        });
        try (IoThreads threads = IoThreads.start("test-io", 2);
                RemotingServer server = RemotingServer.open(threads, ConnectionLimits.DEFAULT);
                RemotingClient client = RemotingClient.open(threads, ConnectionLimits.DEFAULT, new RequestTable())) {
            String address = Addresses.text(server.listen("127.0.0.1", 0, table));
            List<CompletableFuture<Frame>> answers = IntStream.range(0, REQUESTS)
                    .mapToObj(i -> Frame.request(NUMBERED)
                            .withBody(FrameBody.of(Integer.toString(i).getBytes(StandardCharsets.UTF_8))))
                    .map(request -> client.call(address, request, Duration.ofSeconds(10))
                            .toCompletableFuture())
                    .toList();
            answers.forEach(CompletableFuture::join);
        }
        assertThat(arrived)
                .containsExactlyElementsOf(
                        IntStream.range(0, REQUESTS).mapToObj(Integer::toString).toList());
    }
}

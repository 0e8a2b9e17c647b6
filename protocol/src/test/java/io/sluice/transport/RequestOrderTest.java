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

/**
 * Requests of one thread to one address arrive as they were given, also those given before there was a connection; what is put
 * off to the end of a read comes after all of its requests.
 */
class RequestOrderTest {
    private static final int NUMBERED = 1;
    private static final int PUT_OFF = 2;
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

    @Test
    void whatIsPutOffIsDoneAfterTheRequestsOfTheSameReadAndOnTheEventLoop() throws IOException {
        CompletableFuture<Frame> late = new CompletableFuture<>();
        CompletableFuture<Boolean> onLoop = new CompletableFuture<>();
        try (IoThreads threads = IoThreads.start("test-io", 1);
                RemotingServer server = RemotingServer.open(threads, ConnectionLimits.DEFAULT)) {
            RequestTable table = new RequestTable()
                    .on(PUT_OFF, (request, peer) -> {
                        peer.soon(() -> {
                            onLoop.complete(threads.isCurrentThread());
                            late.complete(Frame.answer(0, "put off"));
                        });
                        return late;
                    })
                    .on(
                            NUMBERED,
                            (request, peer) ->
                                    CompletableFuture.completedFuture(Frame.answer(late.isDone() ? 1 : 0, "at once")));
            try (RawConnection connection = new RawConnection(Addresses.text(server.listen("127.0.0.1", 0, table)))) {
                connection.send(
                        Frame.request(PUT_OFF).asking(1, false),
                        Frame.request(NUMBERED).asking(2, false));
                Frame first = connection.receive();
                assertThat(first.remark()).isEqualTo("at once");
                assertThat(first.code()).isZero();
                assertThat(connection.receive().remark()).isEqualTo("put off");
                assertThat(onLoop.join()).isTrue();
            }
        }
    }

    @Test
    void whatAnotherThreadPutsOffIsDoneOnTheEventLoop() throws IOException {
        CompletableFuture<Peer> met = new CompletableFuture<>();
        try (IoThreads threads = IoThreads.start("test-io", 1);
                RemotingServer server = RemotingServer.open(threads, ConnectionLimits.DEFAULT)) {
            RequestTable table = new RequestTable().on(NUMBERED, (request, peer) -> {
                met.complete(peer);
                return CompletableFuture.completedFuture(Frame.answer(0, ""));
            });
            try (RawConnection connection = new RawConnection(Addresses.text(server.listen("127.0.0.1", 0, table)))) {
                connection.send(Frame.request(NUMBERED).asking(1, false));
                CompletableFuture<Boolean> onLoop = new CompletableFuture<>();
                met.join().soon(() -> onLoop.complete(threads.isCurrentThread()));
                assertThat(onLoop.join()).isTrue();
            }
        }
    }
}

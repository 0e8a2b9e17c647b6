package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.util.IllegalReferenceCountException;
import io.sluice.model.SluiceException;
import io.sluice.runtime.Threads;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.Serialization;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A client and a server over real sockets. */
@ExtendWith(LeakWatch.class)
class ConversationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final int ECHO = 1;
    private static final int OTHER = 2;

    private IoThreads threads;
    private RemotingServer server;
    private RemotingClient client;
    private final RequestTable serverTable = new RequestTable();
    private final RequestTable clientTable = new RequestTable();

    @BeforeEach
    void open() {
        threads = IoThreads.start("test-io", 2);
        server = RemotingServer.open(threads, ConnectionLimits.DEFAULT);
        client = RemotingClient.open(threads, ConnectionLimits.DEFAULT, clientTable);
        serverTable.on(
                ECHO,
                (request, peer) -> CompletableFuture.completedFuture(Frame.answer(
                        0, "", request.fields(), FrameBody.of(request.body().toByteArray()))));
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        threads.close();
    }

    // Answers.

    @Test
    void anAnswerCarriesFieldsAndBody() throws IOException {
        Frame answer = ask(listen(), Frame.request(ECHO, Fields.of("a", "b\u0001c"), body("hello")));

        assertThat(answer.code()).isZero();
        assertThat(answer.fields().find("a")).contains("b\u0001c");
        assertThat(text(answer)).isEqualTo("hello");
    }

    @Test
    void largeBodiesTravelBothWays() throws IOException {
        byte[] large = new byte[10_000_000];
        large[9_999_999] = 7;

        Frame answer = ask(listen(), Frame.request(ECHO).withBody(FrameBody.of(large)));

        assertThat(answer.body().toByteArray()).isEqualTo(large);
    }

    @Test
    void anAnswerMirrorsTheSerializationOfItsRequest() throws IOException {
        String address = listen();

        assertThat(ask(address, Frame.request(ECHO).withSerialization(Serialization.ROCKETMQ))
                        .serialization())
                .isEqualTo(Serialization.ROCKETMQ);
        assertThat(ask(address, Frame.request(ECHO)).serialization()).isEqualTo(Serialization.JSON);
    }

    @Test
    void anUnknownCodeIsAnsweredWithThree() throws IOException {
        Frame answer = ask(listen(), Frame.request(9999));

        assertThat(answer.code()).isEqualTo(3);
        assertThat(answer.remark()).isEqualTo(" request type 9999 not supported");
    }

    @Test
    void manyRequestsOnOneConnectionFindTheirAnswersInAnyOrder() throws IOException {
        ConcurrentLinkedQueue<Runnable> later = new ConcurrentLinkedQueue<>();
        serverTable.on(OTHER, (request, peer) -> {
            CompletableFuture<Frame> answer = new CompletableFuture<>();
            String asked = request.fields().find("n").orElseThrow();
            later.add(() -> answer.complete(Frame.answer(0, asked)));
            return answer;
        });
        String address = listen();
        int count = 5_000;
        List<CompletableFuture<Frame>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            answers.add(client.call(address, Frame.request(OTHER, Fields.of("n", "" + i)), PATIENCE)
                    .toCompletableFuture());
        }
        await().atMost(PATIENCE).until(() -> later.size() == count);

        List<Runnable> backwards = new ArrayList<>(later);
        java.util.Collections.reverse(backwards);
        backwards.forEach(Runnable::run);

        for (int i = 0; i < count; i++) {
            assertThat(answers.get(i).join().remark()).isEqualTo("" + i);
        }
    }

    @Test
    void mappedSlicesAreReleasedOnceAfterTheyWereWritten() throws IOException {
        AtomicInteger releases = new AtomicInteger();
        ByteBuffer large = ByteBuffer.allocateDirect(300_000);
        ByteBuffer small = ByteBuffer.wrap("tail".getBytes(StandardCharsets.US_ASCII));
        serverTable.on(
                OTHER,
                (request, peer) -> CompletableFuture.completedFuture(Frame.answer(0, "")
                        .withBody(FrameBody.slices(List.of(large, small), releases::incrementAndGet))));

        Frame answer = ask(listen(), Frame.request(OTHER));

        assertThat(answer.body().length()).isEqualTo(300_004);
        assertThat(new String(answer.body().toByteArray(), 300_000, 4, StandardCharsets.US_ASCII))
                .isEqualTo("tail");
        await().atMost(PATIENCE).until(() -> releases.get() == 1);
    }

    @Test
    void theBodyOfARequestIsValidUntilItsStageCompletes() throws IOException {
        AtomicReference<FrameBody> kept = new AtomicReference<>();
        CompletableFuture<Frame> later = new CompletableFuture<>();
        serverTable.on(OTHER, (request, peer) -> {
            kept.set(request.body());
            return later;
        });
        CompletableFuture<Frame> answer = client.call(
                        listen(), Frame.request(OTHER).withBody(body("hello")), PATIENCE)
                .toCompletableFuture();
        await().atMost(PATIENCE).until(() -> kept.get() != null);

        assertThat(kept.get().toByteArray()).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
        later.complete(Frame.answer(0, ""));
        answer.join();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThatThrownBy(() -> kept.get().toByteArray())
                        .isInstanceOf(IllegalReferenceCountException.class));
    }

    @Test
    void everyPortHasItsOwnTable() throws IOException {
        serverTable.on(OTHER, (request, peer) -> CompletableFuture.completedFuture(Frame.answer(0, "other")));
        String first = listen();
        String second = Addresses.text(server.listen("127.0.0.1", 0, serverTable.without(OTHER)));

        assertThat(ask(first, Frame.request(OTHER)).remark()).isEqualTo("other");
        assertThat(ask(second, Frame.request(OTHER)).code()).isEqualTo(3);
        assertThat(ask(second, Frame.request(ECHO)).code()).isZero();
    }

    // One-way requests.

    @Test
    void aOneWayRequestIsNeverAnsweredNotEvenAnUnknownOrFailingOne() throws IOException {
        serverTable.on(OTHER, (request, peer) -> {
            throw new SluiceException("no");
        });
        try (RawConnection connection = new RawConnection(listen())) {
            connection.send(Frame.request(ECHO).asking(1, true));
            connection.send(Frame.request(OTHER).asking(2, true));
            connection.send(Frame.request(9999).asking(3, true));
            connection.send(Frame.request(ECHO).asking(4, false));

            assertThat(connection.receive().opaque()).isEqualTo(4);
        }
    }

    @Test
    void theUnsentAnswerToAOneWayRequestIsReleased() throws IOException {
        AtomicInteger releases = new AtomicInteger();
        serverTable.on(
                OTHER,
                (request, peer) -> CompletableFuture.completedFuture(Frame.answer(0, "")
                        .withBody(FrameBody.slices(List.of(ByteBuffer.allocate(3)), releases::incrementAndGet))));

        client.oneWay(listen(), Frame.request(OTHER));

        await().atMost(PATIENCE).until(() -> releases.get() == 1);
    }

    @Test
    void aOneWayRequestToNowhereFails() {
        CompletableFuture<Void> sent =
                client.oneWay("127.0.0.1:1", Frame.request(ECHO)).toCompletableFuture();

        assertReason(sent, RemotingException.Reason.CONNECT_FAILED);
    }

    // Handlers that fail.

    @Test
    void aHandlerThatThrowsOrFailsOrForgetsIsAnsweredWithASentence() throws IOException {
        serverTable.on(10, (request, peer) -> {
            throw new SluiceException("topic X is closed");
        });
        serverTable.on(11, (request, peer) -> CompletableFuture.failedFuture(new SluiceException("later no")));
        serverTable.on(12, (request, peer) -> CompletableFuture.completedFuture(null));
        serverTable.on(13, (request, peer) -> {
            throw new AssertionError("broken promise");
        });
        String address = listen();

        assertFailure(ask(address, Frame.request(10)), "topic X is closed");
        assertFailure(ask(address, Frame.request(11)), "later no");
        assertFailure(ask(address, Frame.request(12)), "no answer");
        assertFailure(ask(address, Frame.request(13)), "broken promise");
        assertThat(ask(address, Frame.request(ECHO)).code()).isZero();
    }

    private static void assertFailure(Frame answer, String remark) {
        assertThat(answer.code()).isEqualTo(1);
        assertThat(answer.remark()).contains(remark);
    }

    // Lanes and bounds.

    @Test
    void aRequestRunsOnItsLane() throws IOException {
        ExecutorService lane = Executors.newSingleThreadExecutor(Threads.daemons("test-lane"));
        serverTable.on(
                OTHER,
                lane,
                (request, peer) -> CompletableFuture.completedFuture(
                        Frame.answer(0, Thread.currentThread().getName())));
        serverTable.on(
                10,
                (request, peer) -> CompletableFuture.completedFuture(
                        Frame.answer(0, Thread.currentThread().getName())));
        String address = listen();

        assertThat(ask(address, Frame.request(OTHER)).remark()).startsWith("test-lane");
        assertThat(ask(address, Frame.request(10)).remark()).startsWith("test-io");
        lane.shutdownNow();
    }

    @Test
    void aFullLaneIsAnsweredWithBusy() throws IOException {
        Executor full = step -> {
            throw new RejectedExecutionException("full");
        };
        serverTable.on(OTHER, full, (request, peer) -> CompletableFuture.completedFuture(Frame.answer(0, "")));

        Frame answer = ask(listen(), Frame.request(OTHER));

        assertThat(answer.code()).isEqualTo(2);
        assertThat(answer.remark()).startsWith("[OVERLOAD]");
    }

    @Test
    void aPeerWithTooManyRequestsInFlightIsAnsweredWithBusy() throws IOException {
        restart(ConnectionLimits.DEFAULT.withInFlightMax(2));
        List<CompletableFuture<Frame>> held = new CopyOnWriteArrayList<>();
        serverTable.on(OTHER, (request, peer) -> {
            CompletableFuture<Frame> answer = new CompletableFuture<>();
            held.add(answer);
            return answer;
        });
        String address = listen();
        List<CompletableFuture<Frame>> waiting = List.of(later(address, OTHER), later(address, OTHER));
        await().atMost(PATIENCE).until(() -> held.size() == 2);

        assertThat(ask(address, Frame.request(OTHER)).code()).isEqualTo(2);

        held.forEach(answer -> answer.complete(Frame.answer(0, "")));
        waiting.forEach(CompletableFuture::join);
        assertThat(ask(address, Frame.request(ECHO)).code()).isZero();
    }

    @Test
    void aClientRefusesMoreThanItsBoundOfPendingRequests() throws IOException {
        restart(ConnectionLimits.DEFAULT.withPendingMax(1));
        serverTable.on(OTHER, (request, peer) -> new CompletableFuture<>());
        String address = listen();
        client.call(address, Frame.request(OTHER), PATIENCE);

        assertReason(later(address, ECHO), RemotingException.Reason.TOO_MANY_PENDING);
    }

    @Test
    void connectionsBeyondTheBoundAreClosedAtOnce() throws IOException {
        restart(ConnectionLimits.DEFAULT.withConnectionsMax(1));
        String address = listen();
        ask(address, Frame.request(ECHO));

        try (RawConnection further = new RawConnection(address)) {
            assertThat(further.isEnded()).isTrue();
        }
        assertThat(server.peers()).hasSize(1);
    }

    // What goes wrong between two sides.

    @Test
    void anAnswerThatDoesNotComeTimesOutAndTheConnectionGoesOn() throws IOException {
        CompletableFuture<Frame> late = new CompletableFuture<>();
        serverTable.on(OTHER, (request, peer) -> late);
        String address = listen();

        assertReason(
                client.call(address, Frame.request(OTHER), SHORT).toCompletableFuture(),
                RemotingException.Reason.TIMED_OUT);

        late.complete(Frame.answer(0, "too late"));
        assertThat(ask(address, Frame.request(ECHO)).code()).isZero();
    }

    @Test
    void aConnectionThatCannotBeMadeFailsItsRequests() {
        assertReason(later("127.0.0.1:1", ECHO), RemotingException.Reason.CONNECT_FAILED);
        assertReason(later("no address", ECHO), RemotingException.Reason.CONNECT_FAILED);
        assertReason(later("host:99999", ECHO), RemotingException.Reason.CONNECT_FAILED);
    }

    @Test
    void aLostConnectionFailsWhatWaitsTellsTheListenerAndIsMadeAgain() throws IOException {
        List<String> lost = new CopyOnWriteArrayList<>();
        client.onClose(lost::add);
        serverTable.on(OTHER, (request, peer) -> {
            peer.close("on purpose");
            return new CompletableFuture<>();
        });
        String address = listen();

        assertReason(later(address, OTHER), RemotingException.Reason.CONNECTION_LOST);

        await().atMost(PATIENCE).until(() -> lost.equals(List.of(address)));
        assertThat(client.isConnected(address)).isFalse();
        assertThat(ask(address, Frame.request(ECHO)).code()).isZero();
        assertThat(client.isConnected(address)).isTrue();
    }

    @Test
    void aClosedClientFailsWhatWaitsAndWhatComesLater() throws IOException {
        serverTable.on(OTHER, (request, peer) -> new CompletableFuture<>());
        String address = listen();
        CompletableFuture<Frame> waiting = later(address, OTHER);

        client.close();
        client.close();

        assertReason(waiting, RemotingException.Reason.CLOSED);
        assertReason(later(address, ECHO), RemotingException.Reason.CLOSED);
    }

    @Test
    void aClosedServerEndsItsConnections() throws IOException {
        String address = listen();
        ask(address, Frame.request(ECHO));

        server.close();
        server.close();

        await().atMost(PATIENCE).until(() -> !client.isConnected(address));
        assertReason(later(address, ECHO), RemotingException.Reason.CONNECT_FAILED);
    }

    @Test
    void aTakenPortIsToldWithItsNumber() throws IOException {
        int taken = Addresses.parse(listen()).getPort();

        assertThatThrownBy(() -> server.listen("127.0.0.1", taken, serverTable))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1:" + taken);
    }

    // Peers that misbehave.

    @Test
    void aDamagedFrameEndsItsConnectionAndNoOther() throws IOException {
        String address = listen();
        byte[][] damaged = {
            {0, 0, 0, 3, 0, 0, 0},
            {0x7F, 0, 0, 0},
            {(byte) 0xFF, 0, 0, 0},
            {0, 0, 0, 8, 0, 0, 0, 5, 1, 2, 3, 4},
            {0, 0, 0, 5, 9, 0, 0, 1, 1},
            {0, 0, 0, 6, 0, 0, 0, 2, '{', '}'},
        };
        for (byte[] bytes : damaged) {
            try (RawConnection connection = new RawConnection(address)) {
                connection.send(bytes);
                assertThat(connection.isEnded()).isTrue();
            }
        }
        assertThat(ask(address, Frame.request(ECHO)).code()).isZero();
    }

    @Test
    void aTlsHandshakeEndsTheConnection() throws IOException {
        try (RawConnection connection = new RawConnection(listen())) {
            connection.send(new byte[] {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0});
            assertThat(connection.isEnded()).isTrue();
        }
    }

    @Test
    void anIdleConnectionIsEnded() throws IOException {
        restart(ConnectionLimits.DEFAULT.withIdle(SHORT));
        try (RawConnection connection = new RawConnection(listen())) {
            assertThat(connection.isEnded()).isTrue();
        }
    }

    @Test
    void aPeerThatSendsAFrameByteByByteIsCut() throws IOException {
        restart(ConnectionLimits.DEFAULT.withIdle(SHORT));
        try (RawConnection connection = new RawConnection(listen())) {
            connection.send(new byte[] {0, 0, 0x7F, 0});
            await().atMost(PATIENCE).pollInterval(SHORT.dividedBy(10)).until(() -> {
                try {
                    connection.send(new byte[1]);
                    return false;
                } catch (IOException ended) {
                    return true;
                }
            });
        }
    }

    @Test
    void aPeerThatDoesNotReadIsNotServedWithoutEnd() throws IOException {
        restart(ConnectionLimits.DEFAULT.withOutbound(1024, 64 * 1024, 512 * 1024));
        AtomicInteger given = new AtomicInteger();
        AtomicInteger releases = new AtomicInteger();
        ByteBuffer slice = ByteBuffer.allocateDirect(256 * 1024);
        serverTable.on(OTHER, (request, peer) -> {
            given.incrementAndGet();
            return CompletableFuture.completedFuture(
                    Frame.answer(0, "").withBody(FrameBody.slices(List.of(slice), releases::incrementAndGet)));
        });
        try (RawConnection connection = new RawConnection(listen())) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100_000; i++) {
                            connection.send(Frame.request(OTHER).asking(i, false));
                        }
                    })
                    .as("the server stops reading, or ends the connection")
                    .isInstanceOf(IOException.class);
        }
        await().atMost(PATIENCE).until(() -> releases.get() == given.get());
    }

    @Test
    void heldAnswersForAPeerThatDoesNotReadEndItsConnection() throws IOException {
        restart(ConnectionLimits.DEFAULT.withOutbound(1024, 64 * 1024, 512 * 1024));
        List<CompletableFuture<Frame>> held = new CopyOnWriteArrayList<>();
        AtomicInteger releases = new AtomicInteger();
        serverTable.on(OTHER, (request, peer) -> {
            CompletableFuture<Frame> answer = new CompletableFuture<>();
            held.add(answer);
            return answer;
        });
        ByteBuffer slice = ByteBuffer.allocateDirect(1024 * 1024);
        try (RawConnection connection = new RawConnection(listen())) {
            int asked = 200;
            for (int i = 0; i < asked; i++) {
                connection.send(Frame.request(OTHER).asking(i, false));
            }
            await().atMost(PATIENCE).until(() -> held.size() == asked);

            held.forEach(answer -> answer.complete(
                    Frame.answer(0, "").withBody(FrameBody.slices(List.of(slice), releases::incrementAndGet))));

            await().atMost(PATIENCE).until(() -> server.peers().isEmpty());
            await().atMost(PATIENCE).until(() -> releases.get() == asked);
        }
    }

    @Test
    void anAnswerTooLargeForAFrameBecomesAnError() throws IOException {
        serverTable.on(
                OTHER,
                (request, peer) -> CompletableFuture.completedFuture(
                        Frame.answer(0, "").withBody(FrameBody.of(new byte[17 * 1024 * 1024]))));

        Frame answer = ask(listen(), Frame.request(OTHER));

        assertThat(answer.code()).isEqualTo(1);
        assertThat(answer.remark()).contains("at most");
    }

    @Test
    void aRequestTooLargeForAFrameIsNotSent() throws IOException {
        Frame request = Frame.request(ECHO).withBody(FrameBody.of(new byte[17 * 1024 * 1024]));

        assertReason(client.call(listen(), request, PATIENCE).toCompletableFuture(), RemotingException.Reason.NOT_SENT);
    }

    @Test
    void aOneWayRequestTooLargeForAFrameIsDroppedAndTheConnectionLives() throws IOException {
        String address = listen();
        ask(address, Frame.request(ECHO));

        client.oneWay(address, Frame.request(ECHO).withBody(FrameBody.of(new byte[17 * 1024 * 1024])));

        assertThat(ask(address, Frame.request(ECHO)).code()).isZero();
        assertThat(server.peers()).hasSize(1);
    }

    @Test
    void aRequestAfterTheEventLoopsHaveEndedFails() throws IOException {
        String address = listen();
        ask(address, Frame.request(ECHO));
        IoThreads ended = IoThreads.start("test-ended", 1);
        RemotingClient orphan = RemotingClient.open(ended, ConnectionLimits.DEFAULT, clientTable);
        orphan.call(address, Frame.request(ECHO), PATIENCE)
                .toCompletableFuture()
                .join();

        ended.close();

        CompletableFuture<Frame> asked =
                orphan.call(address, Frame.request(ECHO), PATIENCE).toCompletableFuture();
        assertThatThrownBy(asked::join).hasCauseInstanceOf(RemotingException.class);
        orphan.close();
    }

    // The server asks.

    @Test
    void theServerAsksAConnectedClient() throws IOException {
        clientTable.on(
                40,
                (request, peer) -> CompletableFuture.completedFuture(
                        Frame.answer(0, "I am here", request.fields(), request.body())));
        AtomicReference<Peer> seen = seeingPeers();
        String address = listen();
        ask(address, Frame.request(OTHER));

        Frame answer = seen.get()
                .call(Frame.request(40, Fields.of("group", "g"), body("b")), PATIENCE)
                .toCompletableFuture()
                .join();

        assertThat(answer.remark()).isEqualTo("I am here");
        assertThat(answer.fields().find("group")).contains("g");
        assertThat(text(answer)).isEqualTo("b");
        assertThat(seen.get()
                        .call(Frame.request(41), PATIENCE)
                        .toCompletableFuture()
                        .join()
                        .code())
                .isEqualTo(3);
    }

    @Test
    void theServerTellsAConnectedClient() throws IOException {
        List<Optional<String>> told = new CopyOnWriteArrayList<>();
        clientTable.on(40, (request, peer) -> {
            told.add(request.fields().find("group"));
            return CompletableFuture.completedFuture(Frame.answer(0, ""));
        });
        AtomicReference<Peer> seen = seeingPeers();
        ask(listen(), Frame.request(OTHER));

        seen.get().oneWay(Frame.request(40, Fields.of("group", "g")));

        await().atMost(PATIENCE).until(() -> told.equals(List.of(Optional.of("g"))));
    }

    @Test
    void aQuestionToAClientThatDoesNotAnswerTimesOut() throws IOException {
        clientTable.on(40, (request, peer) -> new CompletableFuture<>());
        AtomicReference<Peer> seen = seeingPeers();
        ask(listen(), Frame.request(OTHER));

        assertReason(
                seen.get().call(Frame.request(40), SHORT).toCompletableFuture(), RemotingException.Reason.TIMED_OUT);
    }

    @Test
    void aPeerKeepsWhatWasPutThereAndTellsItsEnd() throws IOException {
        PeerSlot<String> name = PeerSlot.named("name");
        AtomicReference<Peer> seen = seeingPeers();
        String address = listen();
        ask(address, Frame.request(OTHER));
        Peer peer = seen.get();
        AtomicInteger ends = new AtomicInteger();

        assertThat(peer.get(name)).isEmpty();
        peer.put(name, "first");
        assertThat(peer.get(name)).contains("first");
        assertThat(peer.localAddress().getPort())
                .isEqualTo(Addresses.parse(address).getPort());
        assertThat(peer.remoteAddress().getAddress().isLoopbackAddress()).isTrue();
        peer.onClose(() -> {
            throw new IllegalStateException("a listener that fails does not keep others from being told");
        });
        peer.onClose(ends::incrementAndGet);

        client.disconnect(address, "done");

        await().atMost(PATIENCE).until(() -> ends.get() == 1);
        peer.onClose(ends::incrementAndGet);
        assertThat(ends).as("told at once when ended already").hasValue(2);
        assertThat(peer.isOpen()).isFalse();
        assertReason(
                peer.call(Frame.request(40), PATIENCE).toCompletableFuture(), RemotingException.Reason.CONNECTION_LOST);
    }

    private AtomicReference<Peer> seeingPeers() {
        AtomicReference<Peer> seen = new AtomicReference<>();
        serverTable.on(OTHER, (request, peer) -> {
            seen.set(peer);
            return CompletableFuture.completedFuture(Frame.answer(0, ""));
        });
        return seen;
    }

    private void restart(ConnectionLimits limits) {
        client.close();
        server.close();
        server = RemotingServer.open(threads, limits);
        client = RemotingClient.open(threads, limits, clientTable);
    }

    private String listen() throws IOException {
        return Addresses.text(server.listen("127.0.0.1", 0, serverTable));
    }

    private Frame ask(String address, Frame request) {
        return client.call(address, request, PATIENCE).toCompletableFuture().join();
    }

    private CompletableFuture<Frame> later(String address, int code) {
        return client.call(address, Frame.request(code), PATIENCE).toCompletableFuture();
    }

    private static void assertReason(CompletableFuture<?> failing, RemotingException.Reason reason) {
        assertThatThrownBy(failing::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(RemotingException.class, failure -> assertThat(failure.reason())
                        .isEqualTo(reason));
    }

    private static FrameBody body(String text) {
        return FrameBody.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Frame frame) {
        return new String(frame.body().toByteArray(), StandardCharsets.UTF_8);
    }
}

package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.Serialization;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client and a server over real sockets. */
class ConversationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int ECHO = 1;

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

    @Test
    void anAnswerCarriesFieldsAndBody() throws IOException {
        String address = listen();

        Frame answer = ask(address, Frame.request(ECHO, Fields.of("a", "b\u0001c"), body("hello")));

        assertThat(answer.code()).isZero();
        assertThat(answer.fields().find("a")).contains("b\u0001c");
        assertThat(text(answer)).isEqualTo("hello");
    }

    @Test
    void anAnswerMirrorsTheSerializationOfItsRequest() throws IOException {
        String address = listen();

        Frame answer = ask(address, Frame.request(ECHO).withSerialization(Serialization.ROCKETMQ));

        assertThat(answer.serialization()).isEqualTo(Serialization.ROCKETMQ);
    }

    @Test
    void anUnknownCodeIsAnsweredWithThree() throws IOException {
        Frame answer = ask(listen(), Frame.request(9999));

        assertThat(answer.code()).isEqualTo(3);
        assertThat(answer.remark()).isEqualTo(" request type 9999 not supported");
    }

    @Test
    void mappedSlicesAreReleasedOnceAfterTheyWereWritten() throws IOException {
        AtomicInteger releases = new AtomicInteger();
        ByteBuffer large = ByteBuffer.allocateDirect(300_000);
        ByteBuffer small = ByteBuffer.wrap("tail".getBytes(StandardCharsets.US_ASCII));
        serverTable.on(
                2,
                (request, peer) -> CompletableFuture.completedFuture(Frame.answer(
                        0, "", Fields.NONE, FrameBody.slices(List.of(large, small), releases::incrementAndGet))));

        Frame answer = ask(listen(), Frame.request(2));

        assertThat(answer.body().length()).isEqualTo(300_004);
        assertThat(new String(answer.body().toByteArray(), 300_000, 4, StandardCharsets.US_ASCII))
                .isEqualTo("tail");
        await().atMost(PATIENCE).until(() -> releases.get() == 1);
    }

    private String listen() throws IOException {
        return Addresses.text(server.listen("127.0.0.1", 0, serverTable));
    }

    private Frame ask(String address, Frame request) {
        return client.call(address, request, PATIENCE).toCompletableFuture().join();
    }

    private static FrameBody body(String text) {
        return FrameBody.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Frame frame) {
        return new String(frame.body().toByteArray(), StandardCharsets.UTF_8);
    }
}

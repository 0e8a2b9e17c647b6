package io.sluice.broker;

import static io.sluice.broker.NativeNode.COMMANDS;
import static io.sluice.broker.NativeNode.GROUP;
import static io.sluice.broker.NativeNode.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.transport.RemotingClient;
import io.sluice.transport.RequestTable;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.LockAnswer;
import io.sluice.wire.body.LockRequest;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.OffsetCommands.UpdateOffset;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a broker that stops parts from its clients, and readers from their queues. */
class NativeFarewellTest {
    private static final String TOPIC = "Flow";

    @TempDir
    Path directory;

    private NativeNode node;
    private QueueRef queue;

    @BeforeEach
    void open() throws IOException {
        node = NativeNode.in(directory);
        node.send(TOPIC, 0, "first");
        queue = new QueueRef(TOPIC, "broker-a", 0);
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static Frame lockFrame(int code, String clientId, QueueRef queue) {
        return COMMANDS.request(
                code,
                new NoFields(),
                new LockRequest(LockRequest.HAND_OVER + GROUP, clientId, Set.of(queue), false).toFrameBody());
    }

    private Set<QueueRef> lock(RemotingClient from, String clientId) {
        return Body.of(LockAnswer.class, node.ask(from, lockFrame(RequestCode.LOCK_BATCH_MQ, clientId, queue)))
                .locked();
    }

    private Frame waitingPull() {
        return COMMANDS.request(RequestCode.PULL_MESSAGE, NativeNode.pull(TOPIC, 0, 1, "*", PATIENCE), FrameBody.NONE);
    }

    private static Frame send() {
        return COMMANDS.request(
                RequestCode.SEND_MESSAGE_V2, NativeNode.message(TOPIC, 0, ""), NativeNode.body("another"));
    }

    @Test
    void readersAreSentAwayAndMayStillStoreHowFarTheyHaveCome() {
        RemotingClient reader = node.connect(new RequestTable());
        assertThat(lock(reader, "c1")).containsExactly(queue);
        CompletableFuture<Frame> waiting = node.begin(reader, waitingPull());

        CompletableFuture<Void> stopping = CompletableFuture.runAsync(node.broker()::close);

        assertThat(waiting.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join()
                        .code())
                .isEqualTo(ResponseCode.GO_AWAY);
        assertThat(node.ask(reader, send()).code()).as("while somebody reads").isEqualTo(ResponseCode.SUCCESS);
        assertThat(node.ask(reader, waitingPull()).code()).isEqualTo(ResponseCode.GO_AWAY);
        assertThat(node.ask(
                                reader,
                                COMMANDS.request(
                                        RequestCode.UPDATE_CONSUMER_OFFSET,
                                        new UpdateOffset(GROUP, TOPIC, 0, 1),
                                        FrameBody.NONE))
                        .code())
                .isEqualTo(ResponseCode.SUCCESS);
        node.ask(reader, lockFrame(RequestCode.UNLOCK_BATCH_MQ, "c1", queue));
        stopping.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    @Test
    void aReadersLockEndsWithItsConnectionAndNobodyElsesDoes() {
        RemotingClient reader = node.connect(new RequestTable());
        RemotingClient next = node.connect(new RequestTable());
        assertThat(lock(reader, "c1")).containsExactly(queue);
        assertThat(lock(next, "c2")).isEmpty();

        reader.close();

        await().atMost(PATIENCE).until(() -> !lock(next, "c2").isEmpty());
        assertThat(lock(node.connect(new RequestTable()), "c3")).isEmpty();
    }
}

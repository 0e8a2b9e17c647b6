package io.sluice.broker;

import static io.sluice.broker.NativeNode.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.FilterExpression;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.port.QueueReader.Status;
import io.sluice.wire.command.PopCommands.PopMessage;
import io.sluice.wire.command.PullCommands.PullAnswer;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.TopicCommands.PutTopic;
import io.sluice.wire.frame.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that are over, as every reader of a broker sees them: not at all. */
class NativeExpiryTest {
    private static final String TOPIC = "News";
    private static final String LONG_AGO = "1000";
    private static final String LONG_AHEAD = "99999999999999";

    @TempDir
    Path directory;

    private NativeNode node;

    @BeforeEach
    void open() throws IOException {
        node = NativeNode.in(directory);
    }

    @AfterEach
    void close() {
        node.close();
    }

    private void send(String text, String expiresAt) {
        assertThat(node.send(TOPIC, 0, text, PropertyNames.EXPIRES_AT, expiresAt)
                        .code())
                .isZero();
    }

    private Frame pop() {
        return node.ask(
                RequestCode.POP_MESSAGE,
                new PopMessage("crew", TOPIC, 0, 32, 60_000, 0, System.currentTimeMillis(), 0, "TAG", "*", false, ""));
    }

    @Test
    void aPullLeavesOutWhatIsOver() {
        send("over", LONG_AGO);
        node.send(TOPIC, 0, "ever");
        send("later", LONG_AHEAD);
        send("over too", LONG_AGO);
        Frame pulled = node.pull(TOPIC, 0, 0);
        assertThat(texts(pulled)).containsExactly("ever", "later");
        assertThat(NativeNode.COMMANDS.readAnswer(pulled, PullAnswer.class).nextBeginOffset())
                .isEqualTo(4);
        assertThat(node.pull(TOPIC, 0, 3).code()).isEqualTo(ResponseCode.PULL_RETRY_IMMEDIATELY);
    }

    @Test
    void aPopAndAReaderOfThePortLeaveItOutToo() {
        send("over", LONG_AGO);
        send("later", LONG_AHEAD);
        assertThat(texts(pop())).containsExactly("later");
        FetchRequest first = new FetchRequest(
                new MessageQueue(new TopicName(TOPIC), "broker-a", 0), 0, 1, 1, FilterExpression.ALL, Duration.ZERO);
        try (Fetched fetched =
                node.broker().port().reader().fetch(first).toCompletableFuture().join()) {
            assertThat(fetched.status()).isEqualTo(Status.FOUND);
            assertThat(fetched.nextOffset()).isEqualTo(2);
        }
    }

    @Test
    void itStaysOutAfterARestart() throws IOException {
        send("over", LONG_AGO);
        send("later", LONG_AHEAD);
        node.close();
        node = NativeNode.in(directory);
        assertThat(texts(node.pull(TOPIC, 0, 0))).containsExactly("later");
    }

    @Test
    void aTopicMayHaveATimeToLiveForAllItsMessages() {
        node.send(TOPIC, 0, "old");
        change("+messageTtlMs=3600000");
        assertThat(texts(node.pull(TOPIC, 0, 0))).containsExactly("old");
        change("+messageTtlMs=1");
        assertThat(node.pull(TOPIC, 0, 0).code())
                .as("stored a while ago by now, as two requests went between")
                .isEqualTo(ResponseCode.PULL_RETRY_IMMEDIATELY);
        change("-messageTtlMs");
        assertThat(texts(node.pull(TOPIC, 0, 0))).containsExactly("old");
    }

    private void change(String attributes) {
        PutTopic put = new PutTopic(TOPIC, "TBW102", 4, 4, 6, "SINGLE_TAG", 0, false, attributes, false);
        assertThat(node.ask(RequestCode.UPDATE_AND_CREATE_TOPIC, put).code()).isZero();
    }

    @Test
    void anEndOfAMessageThatIsNoNumberIsNone() {
        send("soon", "tomorrow");
        send("minus", "-5");
        assertThat(texts(node.pull(TOPIC, 0, 0))).containsExactly("soon", "minus");
    }
}

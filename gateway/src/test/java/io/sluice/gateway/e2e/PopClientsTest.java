package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Got;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.NodeProcess;
import io.sluice.transport.ConnectionLimits;
import io.sluice.transport.IoThreads;
import io.sluice.transport.RemotingClient;
import io.sluice.transport.RequestTable;
import io.sluice.wire.body.MessageRequestMode;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.Frame;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unmodified push consumer of 5.x, told by the broker to pop. */
class PopClientsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    static Path directory;

    private static NodeProcess node;

    @BeforeAll
    static void startNode() {
        node = NodeProcess.up(directory.resolve("data"));
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    private static ApacheClient client() {
        return new ApacheClient(Version.V5, node.nameServer(), directory);
    }

    /** What {@code mqadmin setConsumeMode} does. */
    private static void setMode(String topic, String group, String mode) {
        try (IoThreads threads = IoThreads.start("mode-io", 1);
                RemotingClient admin = RemotingClient.open(threads, ConnectionLimits.DEFAULT, new RequestTable())) {
            Frame answer = admin.call(
                            node.address("broker"),
                            CommandTable.STANDARD.request(
                                    RequestCode.SET_MESSAGE_REQUEST_MODE,
                                    new NoFields(),
                                    new MessageRequestMode(topic, group, mode, 0).toFrameBody()),
                            Duration.ofSeconds(20))
                    .toCompletableFuture()
                    .join();
            assertThat(answer.code()).as(answer.remark()).isZero();
        }
    }

    private static List<Got> of(ApacheClient client, String topic) {
        return client.received().stream()
                .filter(got -> got.topic().equals(topic))
                .toList();
    }

    private static Set<String> numbered(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m-" + i).collect(Collectors.toSet());
    }

    @Test
    void twoConsumersOfOneGroupPopEachMessageOnceWhileAnotherGroupPullsThemAll() {
        String topic = "Popped";
        try (ApacheClient one = client();
                ApacheClient two = client();
                ApacheClient puller = client()) {
            one.tell("producer", "P_pop");
            one.tell("sendmany", topic, "1", "1", "first", "0");
            one.tell("popper", "C_pop", topic, "*", "0");
            await().atMost(PATIENCE).until(() -> !of(one, topic).isEmpty());
            setMode(topic, "C_pop", "POP");
            two.tell("popper", "C_pop", topic, "*", "0");
            puller.tell("consumer", "C_pull", topic, "*", "0");
            one.tell("sendmany", topic, "4000", "8", "m", "0");
            await().atMost(PATIENCE)
                    .until(() -> of(one, topic).size() + of(two, topic).size() >= 4001
                            && of(puller, topic).size() >= 4001);
            List<Got> popped = Stream.of(one, two)
                    .flatMap(client -> of(client, topic).stream())
                    .filter(got -> got.body().startsWith("m-"))
                    .toList();
            assertThat(popped).extracting(Got::body).containsExactlyInAnyOrderElementsOf(numbered(4000));
            assertThat(popped).as("each carries its handle").allMatch(got -> got.properties()
                    .containsKey("POP_CK"));
        }
    }

    @Test
    void aPoppedMessageThatFailsComesAgainCounted() {
        String topic = "PoppedTwice";
        try (ApacheClient client = client()) {
            client.tell("producer", "P_twice");
            client.send(topic, "", "", "warm");
            client.tell("popper", "C_twice", topic, "*", "0");
            await().atMost(PATIENCE).until(() -> !of(client, topic).isEmpty());
            setMode(topic, "C_twice", "POP");
            client.finish();
        }
        try (ApacheClient client = client()) {
            client.tell("producer", "P_twice");
            client.tell("popper", "C_twice", topic, "*", "1");
            client.send(topic, "", "", "again");
            await().atMost(PATIENCE).until(() -> of(client, topic).stream().anyMatch(got -> got.reconsumeTimes() == 1));
            assertThat(of(client, topic)).extracting(Got::body).containsExactly("again", "again");
            assertThat(of(client, topic)).extracting(Got::reconsumeTimes).containsExactly(0, 1);
        }
    }
}

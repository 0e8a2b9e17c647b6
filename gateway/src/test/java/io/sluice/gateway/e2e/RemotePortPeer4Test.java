package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.GenuineRocketmq.Release;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.TopicCatalog.TopicSettings;
import io.sluice.port.UnitOfWork;
import io.sluice.wire.message.RecallHandle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The port over the wire, to a genuine Apache RocketMQ 4.9 name server and broker: what is there holds, what is not is named. */
@Tag("peer")
class RemotePortPeer4Test extends GenuineRocketmqContract {
    @BeforeAll
    static void startCluster() {
        startCluster(Release.V4, "enablePropertyFilter=true");
    }

    @Override
    protected boolean has(Feature feature) {
        return feature == Feature.EMPTY_BODIES;
    }

    private static TopicName topic(BrokerPort port) {
        TopicName topic = new TopicName("Lacking");
        assertThat(port.topics().put(topic, TopicSettings.ofQueues(2)).toCompletableFuture())
                .succeedsWithin(PATIENCE);
        return topic;
    }

    private static void isNotThere(CompletionStage<?> asked, String feature) {
        assertThat(asked.toCompletableFuture())
                .failsWithin(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Refusal.NOT_SUPPORTED))
                .withMessageStartingWith("not supported by this cluster: " + feature);
    }

    private static void isNotStored(CompletionStage<SendOutcome> asked, String feature) {
        assertThat(asked.toCompletableFuture())
                .succeedsWithin(PATIENCE)
                .isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> {
                    assertThat(refused.reason()).isEqualTo(Refusal.NOT_SUPPORTED);
                    assertThat(refused.remedy()).startsWith("not supported by this cluster: " + feature);
                });
    }

    @Test
    void leasesAreNotThereHoweverLongTheyAreWaitedFor() {
        try (BrokerPort port = port()) {
            for (Duration wait : List.of(Duration.ZERO, Duration.ofMinutes(10))) {
                isNotThere(
                        port.leases()
                                .lease(new LeaseRequest(
                                        new GroupName("crew"),
                                        topic(port),
                                        FilterExpression.ALL,
                                        FilterExpression.ALL,
                                        1,
                                        Duration.ofSeconds(30),
                                        wait,
                                        Start.LAST)),
                        "leases");
            }
        }
    }

    @Test
    void whatWouldBeMisunderstoodIsNotStored() {
        try (BrokerPort port = port()) {
            TopicName topic = topic(port);
            Message plain = Message.of(topic.value(), "x");
            isNotStored(
                    port.writer().send(plain.deliverAt(System.currentTimeMillis() + 60_000), Placement.ANY),
                    "exact times of delivery");
            isNotStored(
                    port.writer().send(plain.withProperty(PropertyNames.IDEMPOTENCY_KEY, "once"), Placement.ANY),
                    "idempotency keys");
            assertThat(port.reader()
                            .range(port.topics()
                                    .describe(topic)
                                    .toCompletableFuture()
                                    .join()
                                    .orElseThrow()
                                    .readable()
                                    .get(0))
                            .toCompletableFuture())
                    .succeedsWithin(PATIENCE)
                    .satisfies(range -> assertThat(range.max()).isZero());
        }
    }

    @Test
    void unitsOfWorkListsAndRecallsAreNotThere() {
        try (BrokerPort port = port()) {
            TopicName topic = topic(port);
            isNotThere(
                    port.units()
                            .commit(new UnitOfWork(
                                    "u1",
                                    List.of(new UnitOfWork.Send(Message.of(topic.value(), "x"), Placement.ANY)),
                                    List.of())),
                    "units of work");
            isNotThere(port.timers().waiting(topic, 10), "lists of messages that wait");
            isNotThere(
                    port.timers()
                            .recall(
                                    topic,
                                    new RecallHandle(
                                                    topic,
                                                    "broker-a",
                                                    System.currentTimeMillis() + 60_000,
                                                    "7F00000100002A9F0000000000000000")
                                            .text()),
                    "recall of a message that waits");
        }
    }
}

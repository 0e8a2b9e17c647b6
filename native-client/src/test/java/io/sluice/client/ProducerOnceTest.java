package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.StartAt;
import io.sluice.client.intercept.SendInterceptor;
import io.sluice.client.live.LiveCluster;
import io.sluice.client.script.ScriptedCluster;
import io.sluice.client.send.SendFailedException;
import io.sluice.client.send.Sent;
import io.sluice.client.transaction.Decision;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOutcome;
import io.sluice.wire.command.OffsetCommands.OffsetAnswer;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is to happen once: units of work and idempotent sends, at a real node of which answers get lost. */
class ProducerOnceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static LiveCluster cluster;

    private LossyRelay relay;
    private SluiceClient client;

    @BeforeAll
    static void startCluster() {
        cluster = LiveCluster.start(directory, "broker-a");
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @BeforeEach
    void connect() {
        relay = new LossyRelay(cluster, "broker-a");
        client = SluiceClient.connect(relay.nameServerAddress());
    }

    @AfterEach
    void close() {
        client.close();
        relay.close();
    }

    private LeasedMessage leased(String topic) {
        client.producer("source").start().send(Message.of(topic, "order"));
        LeaseConsumer consumer = client.leaseConsumer("workers", topic).open();
        List<LeasedMessage> found = new ArrayList<>();
        await().atMost(PATIENCE).until(() -> {
            found.addAll(consumer.poll(1, Duration.ofSeconds(1)));
            return !found.isEmpty();
        });
        return found.get(0);
    }

    private List<String> texts(String topic) {
        List<String> texts = new ArrayList<>();
        PullConsumer reader =
                client.pullConsumer("reader").startAt(StartAt.FIRST).open();
        for (MessageQueue queue : reader.queuesOf(topic)) {
            reader.seek(queue, 0);
            reader.fetch(queue, Duration.ZERO).stream()
                    .map(ReceivedMessage::text)
                    .forEach(texts::add);
        }
        return texts;
    }

    @Nested
    class UnitsOfWork {
        @Test
        void whatIsSentAndWhatIsSettledHoldTogether() {
            LeasedMessage order = leased("Orders1");
            Producer producer = client.producer("billing").start();

            UnitOutcome outcome = producer.unit()
                    .send(Message.of("Bills1", "bill"))
                    .send(Message.of("Letters1", "letter"), "key")
                    .ack(order)
                    .commit();

            assertThat(outcome).isInstanceOfSatisfying(UnitOutcome.Committed.class, held -> {
                assertThat(held.isRepeat()).isFalse();
                assertThat(held.sent()).hasSize(2);
            });
            assertThat(texts("Bills1")).containsExactly("bill");
            assertThat(texts("Letters1")).containsExactly("letter");
            assertThat(client.leaseConsumer("workers", "Orders1").open().poll(1, Duration.ofMillis(50)))
                    .isEmpty();
        }

        @Test
        void aUnitWhoseAnswersAreLostIsCommittedOnceAndToldTheFirstResult() {
            LeasedMessage order = leased("Orders2");
            Producer producer = client.producer("billing").start();
            relay.lose(RequestCode.COMMIT_UNIT, 2);

            UnitOutcome outcome = producer.unit("bill-2")
                    .send(Message.of("Bills2", "bill"))
                    .ack(order)
                    .commit();
            UnitOutcome again = producer.unit("bill-2")
                    .send(Message.of("Bills2", "bill"))
                    .ack(order)
                    .commit();

            assertThat(relay.stillToLose()).isZero();
            assertThat(outcome).isInstanceOfSatisfying(UnitOutcome.Committed.class, held -> assertThat(held.isRepeat())
                    .isTrue());
            assertThat(again).isEqualTo(outcome);
            assertThat(texts("Bills2")).containsExactly("bill");
        }

        @Test
        void aLeaseThatIsOverLeavesNothingSent() {
            LeasedMessage order = leased("Orders3");
            order.release(Duration.ZERO).toCompletableFuture().join();

            UnitOutcome outcome = client.producer("billing")
                    .start()
                    .unit("bill-3")
                    .send(Message.of("Bills3", "bill"))
                    .ack(order)
                    .commit();

            assertThat(outcome).isInstanceOf(UnitOutcome.LeasesOver.class);
            assertThat(texts("Bills3")).isEmpty();
        }

        @Test
        void interceptorsStandAroundItsMessages() {
            List<Sent> seen = new CopyOnWriteArrayList<>();
            SendInterceptor stamp = (message, next) ->
                    next.send(message.withProperty("from", "here")).whenComplete((sent, failure) -> seen.add(sent));
            WorkUnit unit = client.producer("billing")
                    .intercept(stamp)
                    .start()
                    .unit()
                    .send(Message.of("Bills4", "1"))
                    .send(Message.of("Bills4", "2"));

            UnitOutcome outcome = unit.commit();

            List<SendOutcome.Stored> stored = ((UnitOutcome.Committed) outcome).sent();
            assertThat(seen)
                    .extracting(Sent::messageId)
                    .containsExactly(stored.get(0).messageId(), stored.get(1).messageId());
            assertThat(seen).extracting(Sent::uniqueKey).doesNotContain("").doesNotHaveDuplicates();
            assertThatThrownBy(unit::commit).isInstanceOf(IllegalStateException.class);
        }
    }

    @Nested
    class IdempotentSends {
        @Test
        void aSendWhoseAnswerIsLostIsStoredOnce() {
            Producer producer = client.producer("once").idempotent().start();
            producer.send(Message.of("Once1", "first"));
            relay.lose(RequestCode.SEND_MESSAGE_V2, 2);

            producer.send(Message.of("Once1", "lost"));

            assertThat(relay.stillToLose()).isZero();
            assertThat(texts("Once1")).containsExactlyInAnyOrder("first", "lost");
        }

        @Test
        void withoutThatItIsStoredAgain() {
            Producer producer = client.producer("again").start();
            producer.send(Message.of("Again", "first"));
            relay.lose(RequestCode.SEND_MESSAGE_V2, 1);

            producer.send(Message.of("Again", "lost"));

            assertThat(texts("Again")).containsExactlyInAnyOrder("first", "lost", "lost");
        }

        @Test
        void whoSendsAgainWithTheNumbersOfBeforeIsToldTheFirstResults() {
            List<Sent> before = new ArrayList<>();
            List<Sent> after = new ArrayList<>();
            for (List<Sent> sent : List.of(before, after)) {
                Producer producer =
                        client.producer("import").idempotent("file-7", 40).start();
                sent.add(producer.send(Message.of("Lines", "line 40")));
                sent.add(producer.send(Message.of("Lines", "line 41"), "a key"));
                producer.close();
            }

            assertThat(after)
                    .extracting(Sent::messageId)
                    .isEqualTo(before.stream().map(Sent::messageId).toList());
            assertThat(texts("Lines")).containsExactlyInAnyOrder("line 40", "line 41");
        }

        @Test
        void batchesAreNotForIt() {
            Producer producer = client.producer("once").idempotent().start();
            assertThatThrownBy(() -> producer.sendBatch(List.of(Message.of("Once2", "1"))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("unit of work");
        }

        @Test
        void transactionsAreNotForIt() {
            Producer producer = client.producer("once")
                    .transactionCheck(half -> Decision.COMMIT)
                    .idempotent()
                    .start();
            assertThatThrownBy(() -> producer.sendInTransaction(Message.of("Once2", "1"), half -> Decision.COMMIT))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("idempotent");
        }

        @Test
        void oneWaySendsAndQuestionsAreNumberedToo() {
            List<String> keys = new CopyOnWriteArrayList<>();
            SendInterceptor looking = (message, next) -> {
                keys.add(message.properties().get(PropertyNames.IDEMPOTENCY_KEY));
                return next.send(message);
            };
            Producer producer = client.producer("numbers")
                    .idempotent("n", 5)
                    .intercept(looking)
                    .start();

            producer.sendOneWay(Message.of("Once3", "one-way"))
                    .toCompletableFuture()
                    .join();
            producer.requestAsync(Message.of("Once3", "question"), PATIENCE);

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(texts("Once3")).containsExactlyInAnyOrder("one-way", "question"));
            assertThat(keys).containsExactly("n:5", "n:6");
        }

        @Test
        void anIdThatCannotBePartOfAKeyIsRefused() {
            assertThatThrownBy(() -> client.producer("once").idempotent("not good", 0))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.producer("once").idempotent("p".repeat(101), 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("100");
        }
    }

    @Test
    void aOneWaySendPassesTheInterceptorsWhichLearnThatItsEndIsNotKnown() {
        List<Throwable> ends = new CopyOnWriteArrayList<>();
        SendInterceptor stamp = (message, next) ->
                next.send(message.withTag("stamped")).whenComplete((sent, failure) -> ends.add(failure));
        Producer producer = client.producer("one-way").intercept(stamp).start();
        producer.send(Message.of("OneWay", "waited for"));

        producer.sendOneWay(Message.of("OneWay", "one-way"))
                .toCompletableFuture()
                .join();

        await().atMost(PATIENCE).until(() -> texts("OneWay").size() == 2);
        assertThat(ends.get(0)).isNull();
        assertThat(ends.get(1)).isInstanceOfSatisfying(SendFailedException.class, open -> assertThat(open.isOneWay())
                .isTrue());
    }

    @Test
    void theFirstSendsWaitForOneAnswerOfTheBrokerAndCountAsUnderWay() {
        try (ScriptedCluster slow = new ScriptedCluster("broker-a").topic("Topic", 1);
                SluiceClient there = SluiceClient.connect(slow.nameServer().address())) {
            CompletableFuture<Frame> known = new CompletableFuture<>();
            slow.broker()
                    .onAsync(RequestCode.COMMIT_UNIT, asked -> known)
                    .on(RequestCode.SEND_MESSAGE_V2, asked -> ScriptedCluster.stored(0, 0, 0, ScriptedCluster.idAt(0)));
            Producer producer = there.producer("p")
                    .sendTimeout(PATIENCE)
                    .inFlightBytes(2500)
                    .idempotent()
                    .start();
            Message message = Message.of(new TopicName("Topic"), new byte[600]);
            List<CompletableFuture<Sent>> sends = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                sends.add(producer.sendAsync(message).toCompletableFuture());
            }
            assertThat(producer.bytesInFlight()).isBetween(1800, 2500);
            assertThatThrownBy(() ->
                            producer.sendOneWay(message).toCompletableFuture().join())
                    .hasCauseInstanceOf(SendFailedException.class)
                    .hasMessageContaining("inFlightBytes");
            sends.add(CompletableFuture.supplyAsync(() -> producer.sendAsync(message))
                    .thenCompose(sent -> sent));
            await().until(() -> !slow.broker().heard(RequestCode.COMMIT_UNIT).isEmpty());

            known.complete(ScriptedCluster.answer(FrameBody.NONE));

            assertThat(sends).allSatisfy(sent -> assertThat(sent).succeedsWithin(PATIENCE));
            assertThat(slow.broker().heard(RequestCode.COMMIT_UNIT)).hasSize(1);
            assertThat(producer.bytesInFlight()).isZero();
        }
    }

    /** A cluster of another make: it knows neither units nor keys. */
    @Nested
    class Elsewhere {
        private ScriptedCluster elsewhere;
        private SluiceClient there;

        @BeforeEach
        void connect() {
            elsewhere = new ScriptedCluster("broker-a").topic("Topic", 1);
            elsewhere
                    .broker()
                    .on(RequestCode.SEND_MESSAGE_V2, asked -> ScriptedCluster.stored(0, 0, 0, ScriptedCluster.idAt(0)));
            there = SluiceClient.connect(elsewhere.nameServer().address());
        }

        @AfterEach
        void close() {
            there.close();
            elsewhere.close();
        }

        @Test
        void unitsAreRefusedByName() {
            WorkUnit unit = there.producer("p").start().unit("u").send(Message.of("Topic", "m"));
            assertThatThrownBy(unit::commit)
                    .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Refusal.NOT_SUPPORTED))
                    .hasMessageContaining("not supported by this cluster: units of work");
        }

        @Test
        void anExactTimeIsRefusedWhereItWouldBeDeliveredAtOnce() {
            elsewhere
                    .broker()
                    .on(
                            RequestCode.GET_MAX_OFFSET,
                            asked -> ScriptedCluster.ofRelease4(ScriptedCluster.answer(new OffsetAnswer(0))));
            Producer producer = there.producer("p").start();
            assertThatThrownBy(() -> producer.send(Message.of("Topic", "m").deliverAfter(Duration.ofSeconds(5))))
                    .isInstanceOfSatisfying(SendFailedException.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Refusal.NOT_SUPPORTED))
                    .hasMessageContaining("not supported by this cluster: exact times of delivery");
            assertThat(elsewhere.broker().heard(RequestCode.SEND_MESSAGE_V2)).isEmpty();
            producer.send(Message.of("Topic", "m").atDelayLevel(1));
        }

        @Test
        void aSendThatIsToHappenOnceIsRefusedAndNothingIsSent() {
            Producer plain = there.producer("p").start();
            Producer once = there.producer("q").idempotent().start();
            plain.send(Message.of("Topic", "plain"));

            for (Runnable send : List.<Runnable>of(
                    () -> once.send(Message.of("Topic", "m")),
                    () -> plain.send(Message.of("Topic", "m").withIdempotencyKey("k")))) {
                assertThatThrownBy(send::run)
                        .isInstanceOfSatisfying(SendFailedException.class, refused -> {
                            assertThat(refused.reason()).isEqualTo(Refusal.NOT_SUPPORTED);
                            assertThat(refused.mayBeStored()).isFalse();
                        })
                        .hasMessageContaining("not supported by this cluster: idempotency keys");
            }
            assertThat(elsewhere.broker().heard(RequestCode.SEND_MESSAGE_V2)).hasSize(1);
        }
    }
}

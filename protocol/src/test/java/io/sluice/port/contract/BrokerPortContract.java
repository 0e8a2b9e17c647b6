package io.sluice.port.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageId;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Ordering;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settled;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.OffsetRange;
import io.sluice.port.Placement;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.port.QueueReader.Status;
import io.sluice.port.Records;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.Tails.Tail;
import io.sluice.port.Timers;
import io.sluice.port.Timers.WaitingMessages;
import io.sluice.port.TopicCatalog.TopicDescription;
import io.sluice.port.TopicCatalog.TopicSettings;
import io.sluice.wire.message.MessageView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a door may rely on, whichever implementation of the port it was handed. Extended once per implementation. */
public abstract class BrokerPortContract {
    private static final Duration NO_WAIT = Duration.ZERO;
    private static final Duration LONG_WAIT = Duration.ofSeconds(50);
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final long DEADLINE_SECONDS = 60;

    private BrokerPort port;

    /** A port to a broker with no topics of applications, which creates topics when they are first sent to. */
    protected abstract BrokerPort open() throws Exception;

    /** Undoes {@link #open}; closes what stands behind the port as well. */
    protected abstract void shutDown(BrokerPort opened) throws Exception;

    /** What brokers of another make cannot do, and say so. */
    protected enum Feature {
        /** Filters of single consumers of a group that shares its leases. */
        OWN_FILTERS,
        /** Messages without a body. */
        EMPTY_BODIES,
        /** Lists of messages that wait for their time. */
        WAITING_LISTS,
        /** Whether a message was recalled before is known. */
        REPEATED_RECALLS,
        /** Messages of one key in order under leases. */
        ORDER_BY_KEY,
        /** A time of delivery that is too far away is told from other wrong properties. */
        FAR_TIMES,
        /** A message can be read as soon as its sender has been answered. */
        READ_AT_ONCE,
        /** Leases at all. */
        LEASES,
        /** Delivery at a time to the millisecond. */
        EXACT_TIMES
    }

    protected boolean has(Feature feature) {
        return true;
    }

    @BeforeEach
    void openPort() throws Exception {
        port = open();
    }

    @AfterEach
    void closePort() throws Exception {
        shutDown(port);
    }

    // ---- words the tests are written in ----

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    private static Refusal refusalOf(CompletionStage<?> stage) {
        CompletableFuture<?> answer = stage.toCompletableFuture().orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS);
        Throwable failure = answer.handle((value, failed) -> failed).join();
        Throwable cause = failure != null && failure.getCause() != null ? failure.getCause() : failure;
        assertThat(cause).isInstanceOf(RefusedException.class);
        assertThat(cause.getMessage()).isNotBlank();
        return ((RefusedException) cause).reason();
    }

    private TopicDescription topic(String name, int queues) {
        return result(port.topics().put(new TopicName(name), TopicSettings.ofQueues(queues)));
    }

    private SendOutcome.Stored send(Message message, Placement placement) {
        SendOutcome.Stored sent = result(port.writer().send(message, placement))
                .fold(stored -> stored, doubt -> doubt.stored(), refused -> {
                    throw new AssertionError("refused: " + refused);
                });
        boolean waitsForItsTime = !sent.recallHandle().isEmpty();
        if (!waitsForItsTime) {
            awaitReadable(sent.queue(), sent.queueOffset());
        }
        return sent;
    }

    private void awaitReadable(MessageQueue queue, long offset) {
        if (!has(Feature.READ_AT_ONCE)) {
            await().atMost(Duration.ofSeconds(DEADLINE_SECONDS))
                    .until(() -> result(port.reader().range(queue)).max() > offset);
        }
    }

    private SendOutcome.Stored send(String topic, String text) {
        return send(Message.of(topic, text), Placement.ANY);
    }

    private Fetched fetch(MessageQueue queue, long from, FilterExpression filter, Duration maxWait) {
        return result(port.reader().fetch(new FetchRequest(queue, from, 32, 1 << 20, filter, maxWait)));
    }

    private static List<String> texts(Records records) {
        return records.slices().stream()
                .map(slice -> new String(MessageView.of(slice).body(), StandardCharsets.UTF_8))
                .toList();
    }

    private static LeaseRequest leaseOf(String group, String topic, int max, Duration leaseFor, Duration maxWait) {
        return new LeaseRequest(
                new GroupName(group),
                new TopicName(topic),
                FilterExpression.ALL,
                FilterExpression.ALL,
                max,
                leaseFor,
                maxWait,
                Start.FIRST);
    }

    private static String text(Lease lease) {
        return new String(MessageView.of(lease.slice()).body(), StandardCharsets.UTF_8);
    }

    private static List<String> texts(Leased leased) {
        return leased.leases().stream().map(BrokerPortContract::text).toList();
    }

    private Settled settle(Settlement settlement) {
        return result(port.leases().settle(List.of(settlement))).get(0);
    }

    // ---- the contract ----

    @Nested
    class Sending {
        @Test
        void everythingASenderSaidComesBackUnchanged() {
            MessageQueue queue = topic("Letters", 1).readable().get(0);
            byte[] body = {0, 1, 2, -1, -128, 127};
            Message message = new Message(
                    new TopicName("Letters"),
                    body,
                    io.sluice.model.MessageProperties.of(
                            Map.of("TAGS", "red", "KEYS", "k1 k2", "contentType", "image/x", "größe", "zwölf")),
                    4711,
                    1_700_000_000_123L);

            SendOutcome.Stored stored = send(message, Placement.ANY);

            assertThat(stored.queue()).isEqualTo(queue);
            assertThat(stored.queueOffset()).isZero();
            try (Fetched fetched = fetch(queue, 0, FilterExpression.ALL, NO_WAIT)) {
                MessageView view = MessageView.of(fetched.records().slices().get(0));
                assertThat(view.topic()).isEqualTo("Letters");
                assertThat(view.body()).isEqualTo(body);
                assertThat(view.flag()).isEqualTo(4711);
                assertThat(view.bornAtMs()).isEqualTo(1_700_000_000_123L);
                assertThat(view.properties().asMap())
                        .containsEntry("TAGS", "red")
                        .containsEntry("KEYS", "k1 k2")
                        .containsEntry("contentType", "image/x")
                        .containsEntry("größe", "zwölf");
                assertThat(view.messageId()).hasToString(stored.messageId());
            }
        }

        @Test
        void anEmptyBodyIsAMessage() {
            if (!has(Feature.EMPTY_BODIES)) {
                SendOutcome outcome = result(port.writer().send(Message.of("Empty", ""), Placement.ANY));
                assertThat(outcome).isInstanceOf(SendOutcome.Refused.class);
                return;
            }
            topic("Empty", 1);
            MessageQueue queue = send("Empty", "").queue();
            try (Fetched fetched = fetch(queue, 0, FilterExpression.ALL, NO_WAIT)) {
                assertThat(texts(fetched.records())).containsExactly("");
            }
        }

        @Test
        void anUnknownTopicIsCreatedByTheFirstMessage() {
            SendOutcome.Stored stored = send("Fresh", "first");
            assertThat(result(port.topics().describe(new TopicName("Fresh"))))
                    .hasValueSatisfying(found -> assertThat(found.readable()).contains(stored.queue()));
        }

        @Test
        void messagesForOneQueueKeepTheirOrder() {
            topic("Ordered", 4);
            List<CompletionStage<SendOutcome>> sends = IntStream.range(0, 200)
                    .mapToObj(i -> port.writer().send(Message.of("Ordered", "m" + i), new Placement.Queue(2)))
                    .toList();
            sends.forEach(BrokerPortContract::result);
            List<String> seen = new ArrayList<>();
            MessageQueue queue = result(port.topics().describe(new TopicName("Ordered")))
                    .orElseThrow()
                    .readable()
                    .get(2);
            awaitReadable(queue, 199);
            while (seen.size() < 200) {
                try (Fetched fetched = fetch(queue, seen.size(), FilterExpression.ALL, NO_WAIT)) {
                    assertThat(fetched.status()).isEqualTo(Status.FOUND);
                    seen.addAll(texts(fetched.records()));
                }
            }
            assertThat(seen)
                    .containsExactlyElementsOf(
                            IntStream.range(0, 200).mapToObj(i -> "m" + i).toList());
        }

        @Test
        void messagesWithOneShardingKeyGoToOneQueueAndKeysSpread() {
            topic("Sharded", 8);
            Set<Integer> ofOneKey = new TreeSet<>();
            Set<Integer> ofManyKeys = new TreeSet<>();
            for (int i = 0; i < 40; i++) {
                ofOneKey.add(send(Message.of("Sharded", "x"), new Placement.ByShardingKey("order-7"))
                        .queue()
                        .queueId());
                ofManyKeys.add(send(Message.of("Sharded", "x"), new Placement.ByShardingKey("order-" + i))
                        .queue()
                        .queueId());
            }
            assertThat(ofOneKey).containsExactly(Placement.queueFor("order-7", 8));
            SendOutcome.Stored together = send(Message.of("Sharded", "x"), new Placement.Together("order-7"));
            assertThat(together.queue().queueId()).isEqualTo(Placement.queueFor("order-7", 8));
            assertThat(ofManyKeys).hasSizeGreaterThan(4);
        }

        @Test
        void aBodyOverTheLimitIsRefusedWithTheReason() {
            topic("Large", 1);
            SendOutcome outcome = result(port.writer()
                    .send(
                            new Message(
                                    new TopicName("Large"),
                                    new byte[4 * 1024 * 1024 + 1],
                                    io.sluice.model.MessageProperties.NONE,
                                    0,
                                    0),
                            Placement.ANY));
            assertThat(outcome).isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> {
                assertThat(refused.reason()).isEqualTo(Refusal.TOO_LARGE);
                assertThat(refused.remedy()).contains("4194304");
            });
        }

        @Test
        void aQueueThatTheTopicDoesNotHaveIsRefused() {
            topic("Two", 2);
            assertThat(result(port.writer().send(Message.of("Two", "x"), new Placement.Queue(2))))
                    .isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Refusal.NO_SUCH_QUEUE));
        }
    }

    @Nested
    class ReadingByOffset {
        @Test
        void anEmptyQueueAnswersNothingYet() {
            MessageQueue queue = topic("Quiet", 1).readable().get(0);
            try (Fetched fetched = fetch(queue, 0, FilterExpression.ALL, NO_WAIT)) {
                assertThat(fetched.status()).isEqualTo(Status.NOTHING_YET);
                assertThat(fetched.nextOffset()).isZero();
                assertThat(fetched.range()).isEqualTo(new OffsetRange(0, 0));
            }
        }

        @Test
        void aWaitingFetchIsAnsweredByTheNextMessage() {
            MessageQueue queue = topic("Woken", 1).readable().get(0);
            CompletableFuture<Fetched> waiting = port.reader()
                    .fetch(new FetchRequest(queue, 0, 32, 1 << 20, FilterExpression.ALL, LONG_WAIT))
                    .toCompletableFuture();
            assertThat(waiting).isNotDone();
            send("Woken", "hello");
            try (Fetched fetched = result(waiting)) {
                assertThat(fetched.status()).isEqualTo(Status.FOUND);
                assertThat(texts(fetched.records())).containsExactly("hello");
            }
        }

        @Test
        void aMessageCarriesTheShardingKeyThatItWasPlacedBy() {
            MessageQueue queue = topic("Sharded", 1).readable().get(0);
            send(Message.of("Sharded", "1"), new Placement.ByShardingKey("k"));
            send(Message.of("Sharded", "2"), new Placement.Together("k"));
            try (Fetched fetched = fetch(queue, 0, FilterExpression.ALL, NO_WAIT)) {
                assertThat(fetched.records().slices().stream()
                                .map(slice -> MessageView.of(slice).property(PropertyNames.SHARDING_KEY)))
                        .containsExactly("k", null);
            }
        }

        @Test
        void aTagFilterLetsOnlyItsTagsThroughAndMovesPastTheOthers() {
            MessageQueue queue = topic("Tagged", 1).readable().get(0);
            send(Message.of("Tagged", "1").withTag("a"), Placement.ANY);
            send(Message.of("Tagged", "2").withTag("b"), Placement.ANY);
            send(Message.of("Tagged", "3"), Placement.ANY);
            send(Message.of("Tagged", "4").withTag("c"), Placement.ANY);
            try (Fetched fetched = fetch(queue, 0, FilterExpression.tags("a || c"), NO_WAIT)) {
                assertThat(texts(fetched.records())).containsExactly("1", "4");
                assertThat(fetched.nextOffset()).isEqualTo(4);
            }
            try (Fetched none = fetch(queue, 0, FilterExpression.tags("zebra"), NO_WAIT)) {
                assertThat(none.status()).isEqualTo(Status.FILTERED_OUT);
                assertThat(none.nextOffset()).isEqualTo(4);
            }
        }

        @Test
        void tagsOfOneHashAreToldApart() {
            MessageQueue queue = topic("Alike", 1).readable().get(0);
            send(Message.of("Alike", "other").withTag("BB"), Placement.ANY);
            send(Message.of("Alike", "wanted").withTag("Aa"), Placement.ANY);
            try (Fetched fetched = fetch(queue, 0, FilterExpression.tags("Aa"), NO_WAIT)) {
                assertThat(texts(fetched.records())).containsExactly("wanted");
            }
        }

        @Test
        void aMessageThatIsOverIsNotRead() {
            MessageQueue queue = topic("Expired", 1).readable().get(0);
            send(Message.of("Expired", "over").withProperty(PropertyNames.EXPIRES_AT, "1000"), Placement.ANY);
            send(Message.of("Expired", "ever"), Placement.ANY);
            try (Fetched fetched = fetch(queue, 0, FilterExpression.ALL, NO_WAIT)) {
                assertThat(texts(fetched.records())).containsExactly("ever");
            }
        }

        @Test
        void anOffsetBeyondTheEndIsToldWithTheEnd() {
            MessageQueue queue = topic("Short", 1).readable().get(0);
            send("Short", "only");
            await().atMost(Duration.ofSeconds(DEADLINE_SECONDS))
                    .until(() -> result(port.reader().range(queue)), new OffsetRange(0, 1)::equals);
            try (Fetched fetched = fetch(queue, 7, FilterExpression.ALL, NO_WAIT)) {
                assertThat(fetched.status()).isEqualTo(Status.AFTER_RANGE);
                assertThat(fetched.nextOffset()).isEqualTo(1);
            }
        }

        @Test
        void theRangeGrowsWithTheQueue() {
            MessageQueue queue = topic("Growing", 1).readable().get(0);
            send("Growing", "1");
            send("Growing", "2");
            await().atMost(Duration.ofSeconds(DEADLINE_SECONDS))
                    .until(() -> result(port.reader().range(queue)), new OffsetRange(0, 2)::equals);
        }

        @Test
        void theFirstOffsetAtATimeIsFound() {
            MessageQueue queue = topic("Timed", 1).readable().get(0);
            send("Timed", "1");
            send("Timed", "2");
            assertThat(result(port.reader().offsetAt(queue, 0))).isZero();
            assertThat(result(port.reader().offsetAt(queue, System.currentTimeMillis() + 60_000)))
                    .isEqualTo(2);
        }

        @Test
        void theFirstOffsetAtATimeIsNeverOlderThanIt() {
            MessageQueue queue = topic("Spread", 1).readable().get(0);
            List<Long> stored = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                send("Spread", "m" + i);
                try (Fetched fetched = fetch(queue, i, FilterExpression.ALL, NO_WAIT)) {
                    stored.add(MessageView.of(fetched.records().slices().get(0)).storedAtMs());
                }
            }
            for (long storedAtMs : stored) {
                for (long atMs = storedAtMs - 1; atMs <= storedAtMs + 1; atMs++) {
                    long asked = atMs;
                    long older = stored.stream().filter(ms -> ms < asked).count();
                    assertThat(result(port.reader().offsetAt(queue, atMs))).isEqualTo(older);
                }
            }
        }

        @Test
        void anUnknownTopicIsRefused() {
            MessageQueue queue = new MessageQueue(new TopicName("Nowhere"), "nobody", 0);
            assertThat(refusalOf(port.reader().fetch(new FetchRequest(queue, 0, 1, 1, FilterExpression.ALL, NO_WAIT))))
                    .isEqualTo(Refusal.NO_SUCH_TOPIC);
        }
    }

    @Nested
    class Leasing {
        @BeforeEach
        void whereThereAreLeases() {
            assumeTrue(has(Feature.LEASES));
        }

        @Test
        void aMessageIsLentToOneAtATimeAndGoneOnceAcknowledged() {
            topic("Jobs", 1);
            send("Jobs", "dig");
            try (Leased first = result(port.leases().lease(leaseOf("crew", "Jobs", 10, LEASE, LONG_WAIT)));
                    Leased second = result(port.leases().lease(leaseOf("crew", "Jobs", 10, LEASE, NO_WAIT)))) {
                assertThat(texts(first)).containsExactly("dig");
                assertThat(first.leases().get(0).attempt()).isEqualTo(1);
                assertThat(second.leases()).isEmpty();
                Receipt receipt = first.leases().get(0).receipt();
                assertThat(settle(new Settlement.Ack(receipt)).result()).isEqualTo(Result.DONE);
                assertThat(settle(new Settlement.Ack(receipt)).result())
                        .as("a repeat says the same")
                        .isEqualTo(Result.DONE);
                assertThat(texts(result(port.leases().lease(leaseOf("crew", "Jobs", 10, LEASE, NO_WAIT)))))
                        .isEmpty();
            }
        }

        @Test
        void everyGroupGetsItsOwnView() {
            topic("News", 1);
            send("News", "extra");
            assertThat(texts(result(port.leases().lease(leaseOf("left", "News", 1, LEASE, LONG_WAIT)))))
                    .containsExactly("extra");
            assertThat(texts(result(port.leases().lease(leaseOf("right", "News", 1, LEASE, LONG_WAIT)))))
                    .containsExactly("extra");
        }

        @Test
        void aWaitingLeaseIsAnsweredByTheNextMessage() {
            topic("Calls", 2);
            CompletableFuture<Leased> waiting = port.leases()
                    .lease(leaseOf("desk", "Calls", 1, LEASE, LONG_WAIT))
                    .toCompletableFuture();
            send("Calls", "ring");
            assertThat(texts(result(waiting))).containsExactly("ring");
        }

        @Test
        void aQuestionThatIsTakenBackIsLentNothing() {
            topic("Regrets", 1);
            CompletableFuture<Leased> takenBack = port.leases()
                    .lease(leaseOf("desk", "Regrets", 1, LEASE, LONG_WAIT))
                    .toCompletableFuture();
            assertThat(takenBack.cancel(false)).isTrue();
            CompletableFuture<Leased> stands = port.leases()
                    .lease(leaseOf("desk", "Regrets", 1, LEASE, LONG_WAIT))
                    .toCompletableFuture();
            send("Regrets", "call me");
            Lease lease = result(stands).leases().get(0);
            assertThat(text(lease)).isEqualTo("call me");
            assertThat(lease.attempt()).as("lent to nobody before").isEqualTo(1);
        }

        @Test
        void aLeaseThatEndsUnsettledMakesTheMessageFreeAgainWithOneMoreAttempt() {
            topic("Slow", 1);
            send("Slow", "work");
            Lease first = result(port.leases().lease(leaseOf("g", "Slow", 1, Duration.ofMillis(300), LONG_WAIT)))
                    .leases()
                    .get(0);
            Lease again = result(port.leases().lease(leaseOf("g", "Slow", 1, LEASE, LONG_WAIT)))
                    .leases()
                    .get(0);
            assertThat(text(again)).isEqualTo("work");
            assertThat(again.attempt()).isEqualTo(2);
            assertThat(settle(new Settlement.Ack(first.receipt())).result()).isEqualTo(Result.LEASE_OVER);
            assertThat(settle(new Settlement.Ack(again.receipt())).result()).isEqualTo(Result.DONE);
        }

        @Test
        void aReleasedMessageComesBack() {
            topic("Back", 1);
            send("Back", "boomerang");
            Lease lease = result(port.leases().lease(leaseOf("g", "Back", 1, LEASE, LONG_WAIT)))
                    .leases()
                    .get(0);
            assertThat(settle(new Settlement.Release(lease.receipt(), Duration.ZERO))
                            .result())
                    .isEqualTo(Result.DONE);
            Lease again = result(port.leases().lease(leaseOf("g", "Back", 1, LEASE, LONG_WAIT)))
                    .leases()
                    .get(0);
            assertThat(again.attempt()).isEqualTo(2);
        }

        @Test
        void anExtendedLeaseOutlivesItsFirstTerm() {
            topic("Longer", 1);
            send("Longer", "patience");
            Lease lease = result(port.leases().lease(leaseOf("g", "Longer", 1, Duration.ofSeconds(2), LONG_WAIT)))
                    .leases()
                    .get(0);
            Settled extended = settle(new Settlement.Extend(lease.receipt(), Duration.ofSeconds(60)));
            assertThat(extended.result()).isEqualTo(Result.DONE);
            assertThat(extended.leaseUntilMs()).isGreaterThan(lease.leaseUntilMs());
            try (Leased none = result(port.leases().lease(leaseOf("g", "Longer", 1, LEASE, Duration.ofMillis(2500))))) {
                assertThat(none.leases()).isEmpty();
            }
            assertThat(settle(new Settlement.Ack(extended.receipt())).result()).isEqualTo(Result.DONE);
        }

        @Test
        void aRejectedMessageGoesToTheDeadLetterTopicOfItsGroup() {
            topic("Poison", 1);
            send("Poison", "bad");
            Lease lease = result(port.leases().lease(leaseOf("taster", "Poison", 1, LEASE, LONG_WAIT)))
                    .leases()
                    .get(0);
            assertThat(settle(new Settlement.Reject(lease.receipt(), "cannot be read"))
                            .result())
                    .isEqualTo(Result.DONE);
            try (Leased dead = result(port.leases().lease(leaseOf("undertaker", "%DLQ%taster", 1, LEASE, LONG_WAIT)))) {
                assertThat(texts(dead)).containsExactly("bad");
            }
            assertThat(result(port.leases().lease(leaseOf("taster", "Poison", 1, LEASE, NO_WAIT)))
                            .leases())
                    .isEmpty();
        }

        @Test
        void whatTheOwnFilterRejectsStaysForOthersAndWhatTheGroupFilterRejectsIsDone() {
            if (!has(Feature.OWN_FILTERS)) {
                topic("Sorted", 1);
                assertThat(refusalOf(port.leases()
                                .lease(new LeaseRequest(
                                        new GroupName("sorter"),
                                        new TopicName("Sorted"),
                                        FilterExpression.ALL,
                                        FilterExpression.tags("vegetable"),
                                        10,
                                        LEASE,
                                        NO_WAIT,
                                        Start.FIRST))))
                        .isEqualTo(Refusal.NOT_SUPPORTED);
                return;
            }
            topic("Sorted", 1);
            send(Message.of("Sorted", "apple").withTag("fruit"), Placement.ANY);
            send(Message.of("Sorted", "leek").withTag("vegetable"), Placement.ANY);
            send(Message.of("Sorted", "stone").withTag("mineral"), Placement.ANY);
            FilterExpression food = FilterExpression.tags("fruit || vegetable");
            assertThat(texts(leaseFiltered(food, FilterExpression.tags("vegetable"))))
                    .containsExactly("leek");
            assertThat(texts(leaseFiltered(food, FilterExpression.ALL))).containsExactly("apple");
            assertThat(texts(leaseFiltered(FilterExpression.ALL, FilterExpression.ALL)))
                    .as("the stone was settled by the group's filter")
                    .isEmpty();
        }

        private Leased leaseFiltered(FilterExpression group, FilterExpression own) {
            return result(port.leases()
                    .lease(new LeaseRequest(
                            new GroupName("sorter"),
                            new TopicName("Sorted"),
                            group,
                            own,
                            10,
                            LEASE,
                            NO_WAIT,
                            Start.FIRST)));
        }

        @Test
        void aGroupThatStartsLastSeesOnlyWhatComesAfterItsFirstLease() {
            topic("Late", 1);
            send("Late", "old");
            LeaseRequest fromLast = new LeaseRequest(
                    new GroupName("late"),
                    new TopicName("Late"),
                    FilterExpression.ALL,
                    FilterExpression.ALL,
                    10,
                    LEASE,
                    NO_WAIT,
                    Start.LAST);
            assertThat(result(port.leases().lease(fromLast)).leases()).isEmpty();
            send("Late", "new");
            assertThat(texts(result(port.leases().lease(leaseOf("late", "Late", 10, LEASE, LONG_WAIT)))))
                    .containsExactly("new");
        }

        @Test
        void messagesOfOneKeyGoToOneConsumerAtATimeWhereAMemberAsksForIt() {
            if (!has(Feature.ORDER_BY_KEY)) {
                topic("Keyed", 1);
                assertThat(refusalOf(port.leases().lease(byKey(1)))).isEqualTo(Refusal.NOT_SUPPORTED);
                return;
            }
            topic("Keyed", 1);
            for (String name : List.of("a1", "b1", "a2")) {
                Message message =
                        Message.of("Keyed", name).withProperty(PropertyNames.SHARDING_KEY, name.substring(0, 1));
                send(message, Placement.ANY);
            }
            Leased first = leaseByKey(1);
            assertThat(texts(first)).containsExactly("a1");
            assertThat(texts(leaseByKey(5))).containsExactly("b1");
            Settlement done = new Settlement.Ack(first.leases().get(0).receipt());
            assertThat(result(port.leases().settle(List.of(done))).get(0).result())
                    .isEqualTo(Result.DONE);
            assertThat(texts(leaseByKey(5))).containsExactly("a2");
        }

        private Leased leaseByKey(int max) {
            return result(port.leases().lease(byKey(max)));
        }

        private LeaseRequest byKey(int max) {
            return new LeaseRequest(
                    new GroupName("keyed"),
                    new TopicName("Keyed"),
                    FilterExpression.ALL,
                    FilterExpression.ALL,
                    max,
                    LEASE,
                    NO_WAIT,
                    Start.FIRST,
                    Ordering.BY_KEY);
        }

        @Test
        void tagsOfOneHashAreToldApart() {
            topic("Twins", 1);
            send(Message.of("Twins", "other").withTag("BB"), Placement.ANY);
            send(Message.of("Twins", "wanted").withTag("Aa"), Placement.ANY);
            assertThat(texts(result(port.leases()
                            .lease(new LeaseRequest(
                                    new GroupName("twins"),
                                    new TopicName("Twins"),
                                    FilterExpression.tags("Aa"),
                                    FilterExpression.ALL,
                                    10,
                                    LEASE,
                                    LONG_WAIT,
                                    Start.FIRST)))))
                    .containsExactly("wanted");
        }

        @Test
        void aMessageThatIsOverIsNotLent() {
            topic("Ending", 1);
            send(Message.of("Ending", "over").withProperty(PropertyNames.EXPIRES_AT, "1000"), Placement.ANY);
            send(Message.of("Ending", "ever"), Placement.ANY);
            assertThat(texts(result(port.leases().lease(leaseOf("enders", "Ending", 10, LEASE, LONG_WAIT)))))
                    .containsExactly("ever");
        }

        @Test
        void aFailedMessageComesAgain() {
            topic("Failing", 1);
            send("Failing", "x");
            Lease lease = result(port.leases().lease(leaseOf("g", "Failing", 1, LEASE, LONG_WAIT)))
                    .leases()
                    .get(0);
            Settlement failed = new Settlement.Retry(lease.receipt());
            assertThat(result(port.leases().settle(List.of(failed))).get(0).result())
                    .isEqualTo(Result.DONE);
            List<Lease> again = result(port.leases().lease(leaseOf("g", "Failing", 1, LEASE, LONG_WAIT)))
                    .leases();
            assertThat(again.get(0).attempt()).isEqualTo(2);
        }

        @Test
        void nonsenseIsNotAReceiptAndDoesNotStopTheOthers() {
            topic("Mixed", 1);
            send("Mixed", "x");
            Lease lease = result(port.leases().lease(leaseOf("g", "Mixed", 1, LEASE, LONG_WAIT)))
                    .leases()
                    .get(0);
            List<Settled> settled = result(port.leases()
                    .settle(List.of(new Settlement.Ack(new Receipt("nonsense")), new Settlement.Ack(lease.receipt()))));
            assertThat(settled).extracting(Settled::result).containsExactly(Result.NOT_A_RECEIPT, Result.DONE);
        }

        @Test
        void competingConsumersTogetherGetEveryMessageOnce() {
            topic("Shared", 4);
            int messages = 100;
            for (int i = 0; i < messages; i++) {
                send("Shared", "m" + i);
            }
            Map<String, Integer> seen = new ConcurrentHashMap<>();
            await().atMost(Duration.ofSeconds(DEADLINE_SECONDS)).until(() -> {
                try (Leased left = result(port.leases().lease(leaseOf("pool", "Shared", 7, LEASE, NO_WAIT)));
                        Leased right = result(port.leases().lease(leaseOf("pool", "Shared", 7, LEASE, NO_WAIT)))) {
                    texts(left).forEach(text -> seen.merge(text, 1, Integer::sum));
                    texts(right).forEach(text -> seen.merge(text, 1, Integer::sum));
                    left.leases().forEach(lease -> settle(new Settlement.Ack(lease.receipt())));
                    right.leases().forEach(lease -> settle(new Settlement.Ack(lease.receipt())));
                }
                return seen.size() == messages;
            });
            assertThat(seen.values()).containsOnly(1);
        }

        @Test
        void anUnknownTopicIsRefused() {
            assertThat(refusalOf(port.leases().lease(leaseOf("g", "Nowhere", 1, LEASE, NO_WAIT))))
                    .isEqualTo(Refusal.NO_SUCH_TOPIC);
        }
    }

    @Nested
    class Tailing {
        @Test
        void everyRecordFromNowOnReachesTheListenerInQueueOrder() throws Exception {
            topic("Feed", 2);
            send("Feed", "before");
            Map<Integer, List<String>> seen = new ConcurrentHashMap<>();
            try (Tail tail = port.tails().follow(new TopicName("Feed"), (queue, records) -> {
                seen.computeIfAbsent(queue.queueId(), none -> new CopyOnWriteArrayList<>())
                        .addAll(texts(records));
                records.close();
                return CompletableFuture.completedFuture(null);
            })) {
                result(tail.ready());
                for (int i = 0; i < 20; i++) {
                    send(Message.of("Feed", "m" + i), new Placement.Queue(i % 2));
                }
                await().atMost(Duration.ofSeconds(DEADLINE_SECONDS))
                        .until(() -> seen.values().stream().mapToInt(List::size).sum() == 20);
            }
            assertThat(seen.get(0))
                    .containsExactlyElementsOf(
                            IntStream.range(0, 10).mapToObj(i -> "m" + 2 * i).toList());
        }

        @Test
        void aSlowListenerIsNotOvertaken() throws Exception {
            topic("Drip", 1);
            List<CompletableFuture<Void>> open = new CopyOnWriteArrayList<>();
            List<String> seen = new CopyOnWriteArrayList<>();
            try (Tail tail = port.tails().follow(new TopicName("Drip"), (queue, records) -> {
                seen.addAll(texts(records));
                records.close();
                CompletableFuture<Void> taken = new CompletableFuture<>();
                open.add(taken);
                return taken;
            })) {
                result(tail.ready());
                send("Drip", "1");
                await().atMost(Duration.ofSeconds(DEADLINE_SECONDS)).until(() -> open.size() == 1);
                send("Drip", "2");
                send("Drip", "3");
                assertThat(seen).containsExactly("1");
                open.get(0).complete(null);
                await().atMost(Duration.ofSeconds(DEADLINE_SECONDS)).until(() -> {
                    open.forEach(taken -> taken.complete(null));
                    return seen.size() == 3;
                });
                assertThat(seen).containsExactly("1", "2", "3");
            }
        }

        @Test
        void aTopicThatComesIntoBeingLaterIsFollowedFromItsBeginning() throws Exception {
            List<String> seen = new CopyOnWriteArrayList<>();
            try (Tail tail = port.tails().follow(new TopicName("Unborn"), (queue, records) -> {
                seen.addAll(texts(records));
                records.close();
                return CompletableFuture.completedFuture(null);
            })) {
                result(tail.ready());
                send("Unborn", "first cry");
                await().atMost(Duration.ofSeconds(DEADLINE_SECONDS)).until(() -> seen.contains("first cry"));
            }
        }
    }

    @Nested
    class Offsets {
        @Test
        void aCommittedOffsetIsRememberedAndNeverMovesBackUnlessReset() {
            MessageQueue queue = topic("Progress", 1).readable().get(0);
            for (int i = 0; i < 5; i++) {
                send("Progress", "m" + i);
            }
            GroupName group = new GroupName("reader");
            assertThat(result(port.offsets().committed(group, queue))).isEmpty();
            result(port.offsets().commit(group, queue, 3));
            assertThat(result(port.offsets().committed(group, queue))).hasValue(3);
            result(port.offsets().commit(group, queue, 2));
            assertThat(result(port.offsets().committed(group, queue))).hasValue(3);
            result(port.offsets().reset(group, queue, 1));
            assertThat(result(port.offsets().committed(group, queue))).hasValue(1);
        }
    }

    @Nested
    class Topics {
        @Test
        void aTopicCanBeCreatedChangedListedAndDeleted() {
            TopicName name = new TopicName("Managed");
            assertThat(result(port.topics().describe(name))).isEmpty();
            assertThat(topic("Managed", 3).readable()).hasSize(3);
            assertThat(topic("Managed", 5).writable()).hasSize(5);
            assertThat(result(port.topics().list()))
                    .extracting(TopicDescription::topic)
                    .containsExactly(name);
            assertThat(result(port.topics().delete(name))).isTrue();
            assertThat(result(port.topics().delete(name))).isFalse();
            assertThat(result(port.topics().list())).isEmpty();
        }

        @Test
        void aReadOnlyTopicRefusesSends() {
            TopicName name = new TopicName("Sealed");
            result(port.topics().put(name, new TopicSettings(1, 1, true, false)));
            assertThat(result(port.writer().send(Message.of("Sealed", "x"), Placement.ANY)))
                    .isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Refusal.NOT_WRITABLE));
        }

        @Test
        void aNumberOfQueuesOutsideTheRangeIsRefused() {
            assertThat(refusalOf(port.topics().put(new TopicName("Wide"), TopicSettings.ofQueues(1025))))
                    .isEqualTo(Refusal.ILLEGAL_ARGUMENT);
            assertThat(refusalOf(port.topics().put(new TopicName("Narrow"), TopicSettings.ofQueues(0))))
                    .isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        }
    }

    @Nested
    class LookingUp {
        @Test
        void messagesAreFoundByEachOfTheirKeysNewestFirst() {
            topic("Orders", 1);
            send(Message.of("Orders", "one").withKeys("o1", "customer"), Placement.ANY);
            send(Message.of("Orders", "two").withKeys("o2", "customer"), Placement.ANY);
            await().atMost(Duration.ofSeconds(DEADLINE_SECONDS)).untilAsserted(() -> {
                assertThat(byKey("Orders", "customer")).containsExactly("two", "one");
                assertThat(byKey("Orders", "o1")).containsExactly("one");
            });
            assertThat(byKey("Orders", "o3")).isEmpty();
        }

        private List<String> byKey(String topic, String key) {
            try (Records found = result(port.lookup().byKey(new TopicName(topic), key, 0, Long.MAX_VALUE, 32))) {
                return texts(found);
            }
        }

        @Test
        void aMessageIsFoundByItsId() {
            topic("ById", 1);
            send("ById", "noise");
            SendOutcome.Stored stored = send("ById", "wanted");
            try (Records found = result(port.lookup().byId(MessageId.parse(stored.messageId())))) {
                assertThat(texts(found)).containsExactly("wanted");
            }
            MessageId inside = MessageId.parse(stored.messageId());
            try (Records none = result(port.lookup().byId(new MessageId(inside.storeHost(), inside.logOffset() + 3)))) {
                assertThat(none.slices()).isEmpty();
            }
        }
    }

    @Nested
    class WaitingForATime {
        @BeforeEach
        void whereTimesAreExact() {
            assumeTrue(has(Feature.EXACT_TIMES));
        }

        private SendOutcome.Stored sendAt(String topic, String text, long dueAtMs) {
            return send(Message.of(topic, text).deliverAt(dueAtMs), new Placement.Queue(0));
        }

        private List<String> textsIn(MessageQueue queue) {
            try (Fetched fetched = fetch(queue, 0, FilterExpression.ALL, NO_WAIT)) {
                return texts(fetched.records());
            }
        }

        private Refusal refusalOf(Message message) {
            return result(port.writer().send(message, Placement.ANY))
                    .fold(stored -> null, doubt -> null, SendOutcome.Refused::reason);
        }

        @Test
        void aMessageComesAtItsTimeAndNotBefore() {
            MessageQueue queue = topic("Later", 1).readable().get(0);
            long due = System.currentTimeMillis() + 2_000;
            SendOutcome.Stored stored = sendAt("Later", "a", due);
            assertThat(stored.recallHandle()).isNotEmpty();
            try (Fetched fetched = fetch(queue, 0, FilterExpression.ALL, LONG_WAIT)) {
                assertThat(texts(fetched.records())).containsExactly("a");
                assertThat(MessageView.of(fetched.records().slices().get(0)).storedAtMs())
                        .isGreaterThanOrEqualTo(due);
            }
        }

        @Test
        void aTimeThatIsOverMeansAtOnce() {
            MessageQueue queue = topic("Over", 1).readable().get(0);
            SendOutcome.Stored stored = sendAt("Over", "a", System.currentTimeMillis() - 1);
            assertThat(stored.recallHandle()).isEmpty();
            assertThat(textsIn(queue)).containsExactly("a");
        }

        @Test
        void aRecalledMessageNeverComes() {
            MessageQueue queue = topic("Regret", 1).readable().get(0);
            long due = System.currentTimeMillis() + 3_000;
            SendOutcome.Stored stored = sendAt("Regret", "regretted", due);
            sendAt("Regret", "kept", due + 1);
            assertThat(result(port.timers().recall(queue.topic(), stored.recallHandle())))
                    .isTrue();
            if (has(Feature.REPEATED_RECALLS)) {
                assertThat(result(port.timers().recall(queue.topic(), stored.recallHandle())))
                        .isFalse();
            }
            await().atMost(Duration.ofSeconds(DEADLINE_SECONDS))
                    .until(() -> !textsIn(queue).isEmpty());
            assertThat(textsIn(queue)).containsExactly("kept");
        }

        @Test
        void whatWaitsIsListedTheNextFirst() {
            if (!has(Feature.WAITING_LISTS)) {
                topic("List", 1);
                assertThat(BrokerPortContract.refusalOf(port.timers().waiting(new TopicName("List"), 10)))
                        .isEqualTo(Refusal.NOT_SUPPORTED);
                return;
            }
            topic("Plan", 1);
            topic("Elsewhere", 1);
            long now = System.currentTimeMillis();
            SendOutcome.Stored late = sendAt("Plan", "late", now + 3_600_000);
            SendOutcome.Stored soon = sendAt("Plan", "soon", now + 1_800_000);
            sendAt("Elsewhere", "x", now + 60_000);
            await().atMost(Duration.ofSeconds(DEADLINE_SECONDS))
                    .until(() -> result(port.timers().waiting(new TopicName("Plan"), 10))
                                    .next()
                                    .size()
                            == 2);
            WaitingMessages waiting = result(port.timers().waiting(new TopicName("Plan"), 10));
            assertThat(waiting.total()).isEqualTo(2);
            assertThat(waiting.next())
                    .extracting(Timers.Waiting::recallHandle)
                    .containsExactly(soon.recallHandle(), late.recallHandle());
            assertThat(waiting.next().get(0).dueAtMs()).isEqualTo(now + 1_800_000);
            assertThat(result(port.timers().waiting(new TopicName("Plan"), 1)).next())
                    .hasSize(1);
        }

        @Test
        void aTimeTooFarAwayAndAHandleThatIsNoneAreRefused() {
            topic("Bounds", 1);
            long farAway = System.currentTimeMillis() + Duration.ofDays(20_000).toMillis();
            assertThat(refusalOf(Message.of("Bounds", "x").deliverAt(farAway)))
                    .isEqualTo(has(Feature.FAR_TIMES) ? Refusal.TOO_FAR_AWAY : Refusal.ILLEGAL_ARGUMENT);
            assertThat(BrokerPortContract.refusalOf(port.timers().recall(new TopicName("Bounds"), "nonsense")))
                    .isEqualTo(Refusal.ILLEGAL_ARGUMENT);
            assertThat(BrokerPortContract.refusalOf(port.timers().waiting(new TopicName("Nowhere"), 1)))
                    .isEqualTo(Refusal.NO_SUCH_TOPIC);
        }
    }

    @Nested
    class Closing {
        @Test
        void questionsThatWaitEndWithTheBrokerAndClosingTwiceIsHarmless() throws Exception {
            MessageQueue queue = topic("Farewell", 1).readable().get(0);
            CompletableFuture<Fetched> waiting = port.reader()
                    .fetch(new FetchRequest(queue, 0, 1, 1, FilterExpression.ALL, Duration.ofMinutes(4)))
                    .toCompletableFuture();
            port.close();
            port.close();
            shutDown(port);
            shutDown(port);
            await().atMost(Duration.ofSeconds(DEADLINE_SECONDS)).until(waiting::isDone);
            assertThat(waiting.handle((fetched, failed) -> failed != null || fetched.status() == Status.NOTHING_YET))
                    .as("ends with a failure, or with the answer that nothing came")
                    .isCompletedWithValue(true);
        }
    }
}

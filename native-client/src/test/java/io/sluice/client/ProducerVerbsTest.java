package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.client.intercept.SendInterceptor;
import io.sluice.client.intercept.SendStep;
import io.sluice.client.live.LiveCluster;
import io.sluice.client.request.NoReplyException;
import io.sluice.client.send.Sent;
import io.sluice.client.transaction.Decision;
import io.sluice.client.transaction.Transacted;
import io.sluice.client.transaction.TransactionEnd;
import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.TopicName;
import io.sluice.port.RefusedException;
import io.sluice.wire.message.Compression;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a producer can do besides plain sends, with a real broker and a real name server. */
class ProducerVerbsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static LiveCluster cluster;

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
        client = SluiceClient.connect(cluster.nameServerAddress());
    }

    @AfterEach
    void close() {
        client.close();
    }

    private List<ReceivedMessage> consumed(String topic) {
        List<ReceivedMessage> seen = new CopyOnWriteArrayList<>();
        client.pushConsumer("readers-of-" + topic)
                .subscribe(topic)
                .startAt(StartAt.FIRST)
                .listener(message -> {
                    seen.add(message);
                    return Verdict.DONE;
                })
                .start();
        return seen;
    }

    @Nested
    class Transactions {
        private final List<String> asked = new CopyOnWriteArrayList<>();

        private Producer producer(Decision answer) {
            return client.producer("tx-" + answer)
                    .transactionCheck(half -> {
                        asked.add(new String(half.body()) + " for " + half.topic());
                        return answer;
                    })
                    .start();
        }

        @Test
        void aCommittedMessageComesAndOneThatIsRolledBackNeverDoes() {
            Producer producer = producer(Decision.ROLLBACK);

            Transacted kept =
                    producer.sendInTransaction(Message.of("Committed", "kept").withTag("t"), half -> Decision.COMMIT);
            Transacted dropped =
                    producer.sendInTransaction(Message.of("Committed", "dropped"), half -> Decision.ROLLBACK);
            producer.send(Message.of("Committed", "end"));

            assertThat(kept.confirmed()).isTrue();
            assertThat(dropped.confirmed()).isTrue();
            List<ReceivedMessage> seen = consumed("Committed");
            await().atMost(PATIENCE).until(() -> seen.size() == 2);
            assertThat(seen).extracting(ReceivedMessage::text).containsExactlyInAnyOrder("kept", "end");
            assertThat(seen)
                    .filteredOn(message -> message.text().equals("kept"))
                    .first()
                    .satisfies(message -> {
                        assertThat(message.uniqueKey()).isEqualTo(kept.half().uniqueKey());
                        assertThat(message.properties().tag()).contains("t");
                    });
        }

        @Test
        void aBrokerThatWasNotToldAsksAndIsAnswered() {
            Producer producer = producer(Decision.COMMIT);

            Transacted open = producer.sendInTransaction(Message.of("Asked", "open"), half -> Decision.UNKNOWN);

            assertThat(open.confirmed()).isFalse();
            await().atMost(PATIENCE).until(() -> !asked.isEmpty());
            List<ReceivedMessage> seen = consumed("Asked");
            await().atMost(PATIENCE).until(() -> seen.size() == 1);
            assertThat(asked).containsOnly("open for Asked");
        }

        @Test
        void aLocalTransactionThatFailsIsTheSendersAndTheBrokerAsks() {
            Producer producer = producer(Decision.COMMIT);

            assertThatThrownBy(() -> producer.sendInTransaction(Message.of("Failing", "m"), half -> {
                        throw new IllegalStateException("the database is away");
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the database is away");

            List<ReceivedMessage> seen = consumed("Failing");
            await().atMost(PATIENCE).until(() -> seen.size() == 1);
        }

        @Test
        void anInterceptorThatThrowsKeepsNothingFromTheBroker() {
            SendInterceptor broken = new SendInterceptor() {
                @Override
                public CompletionStage<Sent> around(Message message, SendStep next) {
                    return next.send(message);
                }

                @Override
                public void ended(TransactionEnd end) {
                    throw new IllegalStateException("told to fail");
                }

                @Override
                public void recalled(TopicName topic, Sent waiting, boolean takenBack) {
                    throw new IllegalStateException("told to fail");
                }
            };
            Producer producer = client.producer("tx-broken")
                    .transactionCheck(half -> Decision.COMMIT)
                    .intercept(broken)
                    .start();

            Transacted kept = producer.sendInTransaction(Message.of("Told", "told"), half -> Decision.COMMIT);
            producer.sendInTransaction(Message.of("Told", "asked"), half -> Decision.UNKNOWN);
            Sent waiting = producer.send(Message.of("Told", "recalled").deliverAfter(Duration.ofMinutes(1)));

            assertThat(kept.confirmed()).isTrue();
            assertThat(producer.recall("Told", waiting)).isTrue();
            List<ReceivedMessage> seen = consumed("Told");
            await().atMost(PATIENCE).until(() -> seen.size() == 2);
            assertThat(seen).extracting(ReceivedMessage::text).containsExactlyInAnyOrder("told", "asked");
        }

        @Test
        void whatCannotBeATransactionIsRefusedBeforeAnythingIsSent() {
            Producer without = client.producer("no-check").start();
            Producer with = producer(Decision.COMMIT);

            assertThatThrownBy(() -> without.sendInTransaction(Message.of("T", "m"), half -> Decision.COMMIT))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no transaction check");
            assertThatThrownBy(() -> with.sendInTransaction(
                            Message.of("T", "m").deliverAfter(Duration.ofSeconds(1)), half -> Decision.COMMIT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("TIMER_DELAY_MS");
        }
    }

    @Nested
    class RequestAndReply {
        @Test
        void aQuestionIsAnsweredByWhoeverConsumesIt() {
            try (SluiceClient other = SluiceClient.connect(cluster.nameServerAddress())) {
                Producer answering = other.producer("answering").start();
                other.pushConsumer("answerers")
                        .subscribe("Questions")
                        .startAt(StartAt.FIRST)
                        .listener(question -> {
                            byte[] reply = ("re: " + question.text()).getBytes();
                            answering.reply(question, reply, MessageProperties.NONE.with("colour", "blue"));
                            return Verdict.DONE;
                        })
                        .start();
                Producer asking = client.producer("asking").start();

                List<Message> replies = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                    replies.add(asking.request(Message.of("Questions", "q" + i), PATIENCE));
                }

                assertThat(replies)
                        .extracting(reply -> new String(reply.body()))
                        .containsExactly("re: q0", "re: q1", "re: q2", "re: q3", "re: q4");
                assertThat(replies.get(0).properties().get("colour")).isEqualTo("blue");
            }
        }

        @Test
        void silenceIsToldAfterTheTimeout() {
            Producer asking = client.producer("asking").start();

            assertThatThrownBy(() -> asking.request(Message.of("Nobody", "?"), Duration.ofMillis(300)))
                    .isInstanceOf(NoReplyException.class)
                    .hasMessageContaining("300 ms");
        }

        @Test
        void aReplyToOneWhoHasLeftFailsAndAMessageThatIsNoQuestionCannotBeAnswered() {
            Producer answering = client.producer("answering").start();
            List<ReceivedMessage> seen;
            CompletionStage<Message> reply;
            try (SluiceClient leaving = SluiceClient.connect(cluster.nameServerAddress())) {
                reply = leaving.producer("leaving").start().requestAsync(Message.of("Left", "?"), PATIENCE);
                seen = consumed("Left");
                await().atMost(PATIENCE).until(() -> seen.size() == 1);
            }
            assertThat(reply.toCompletableFuture())
                    .as("the question of a client that was closed")
                    .isCompletedExceptionally();
            assertThatThrownBy(() -> answering
                            .reply(seen.get(0), new byte[0])
                            .toCompletableFuture()
                            .join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(RefusedException.class);
            answering.send(Message.of("Plain", "m"));
            List<ReceivedMessage> plain = consumed("Plain");
            await().atMost(PATIENCE).until(() -> plain.size() == 1);
            assertThatThrownBy(() -> answering.reply(plain.get(0), new byte[0]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("does not ask for a reply");
        }
    }

    @Test
    void aDelayedMessageComesWhenItIsDueAndARecalledOneNever() {
        Producer producer = client.producer("later").start();
        long before = System.currentTimeMillis();

        Sent recalled = producer.send(Message.of("Later", "recalled").deliverAfter(Duration.ofSeconds(4)));
        producer.send(Message.of("Later", "after a while").deliverAfter(Duration.ofMillis(700)));
        producer.send(Message.of("Later", "by level").atDelayLevel(1));
        producer.send(Message.of("Later", "at a time").deliverAt(before + 4_500));

        assertThat(producer.recall("Later", recalled)).isTrue();
        assertThat(producer.recall("Later", recalled)).isFalse();
        List<ReceivedMessage> seen = consumed("Later");
        await().atMost(PATIENCE).until(() -> seen.size() == 3);
        assertThat(seen)
                .extracting(ReceivedMessage::text)
                .containsExactlyInAnyOrder("after a while", "by level", "at a time");
        assertThat(System.currentTimeMillis()).isGreaterThanOrEqualTo(before + 4_500);
        Sent plain = producer.send(Message.of("Later", "now"));
        assertThatThrownBy(() -> producer.recall("Later", plain))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no recall handle");
    }

    @Test
    void everyCompressionComesBackPlain() {
        byte[] body = new byte[20_000];
        for (Compression compression : Compression.values()) {
            client.producer("small-" + compression)
                    .compression(compression)
                    .start()
                    .send(Message.of(new TopicName("Compressed"), body).withTag(compression.name()));
        }

        List<ReceivedMessage> seen = consumed("Compressed");
        await().atMost(PATIENCE).until(() -> seen.size() == Compression.values().length);
        assertThat(seen).allSatisfy(message -> {
            assertThat(message.body()).isEqualTo(body);
            assertThat(message.storedBytes()).isLessThan(2_000);
        });
    }
}

package io.sluice.broker.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.port.HalfMessages.Decided;
import io.sluice.port.HalfMessages.Decision;
import io.sluice.port.HalfMessages.HalfMessage;
import io.sluice.port.HalfMessages.Listed;
import io.sluice.port.HalfMessages.State;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.store.log.FlushMode;
import io.sluice.wire.message.NewRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Half messages as somebody sees them who looks after them by hand. */
class DecidedByHandTest extends TransactionGround {
    private boolean topicIsThere = true;

    private TransactionDesk desk() {
        return new TransactionDesk(transactions, store, topic -> topicIsThere && TOPIC.equals(topic), Runnable::run);
    }

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private Listed list(State state, long from, int limit) {
        return result(desk().list(state, from, limit));
    }

    private List<String> keys(State state) {
        return list(state, 0, 100).messages().stream()
                .map(HalfMessage::uniqueKey)
                .toList();
    }

    private String idOf(String key, State state) {
        return list(state, 0, 100).messages().stream()
                .filter(half -> half.uniqueKey().equals("key-" + key))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private Decided decide(String id, Decision decision) {
        return result(desk().decide(id, decision));
    }

    private void giveUpAll() {
        for (int i = 0; i <= RULES.checkMax(); i++) {
            nowMs += RULES.checkEvery().toMillis();
            run();
        }
    }

    @Test
    void whatIsPendingIsListedInItsOrderPageByPage() {
        open();
        List<Sent> sent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sent.add(prepare("m" + i));
        }
        run();
        end(sent.get(1), HalfEnd.Decision.COMMIT);
        Listed first = list(State.PENDING, 0, 2);
        assertThat(first.messages()).extracting(HalfMessage::uniqueKey).containsExactly("key-m0", "key-m2");
        Listed rest = list(State.PENDING, first.next().orElseThrow(), 2);
        assertThat(rest.messages()).extracting(HalfMessage::uniqueKey).containsExactly("key-m3", "key-m4");
        assertThat(rest.next()).isEmpty();
        HalfMessage half = first.messages().get(0);
        assertThat(half)
                .isEqualTo(new HalfMessage(
                        half.id(), State.PENDING, TOPIC, 0, GROUP.value(), "key-m0", nowMs, 0, "m0".length()));
        nowMs += 7_000;
        run();
        assertThat(list(State.PENDING, 0, 1).messages().get(0).asked()).isEqualTo(1);
    }

    @Test
    void aPendingOneIsCommittedOrRolledBackInTheNameOfItsProducer() {
        open();
        Sent kept = prepare("kept");
        Sent dropped = prepare("dropped");
        run();
        String keptId = idOf("kept", State.PENDING);
        String droppedId = idOf("dropped", State.PENDING);
        assertThat(decide(keptId, Decision.COMMIT)).isEqualTo(Decided.DONE);
        assertThat(decide(droppedId, Decision.ROLLBACK)).isEqualTo(Decided.DONE);
        assertThat(decide(keptId, Decision.ROLLBACK)).isEqualTo(Decided.DECIDED_BEFORE);
        assertThat(decide(keptId, Decision.ASK)).isEqualTo(Decided.DECIDED_BEFORE);
        assertThat(end(kept, HalfEnd.Decision.COMMIT)).isEqualTo(HalfEnd.Result.ENDED_BEFORE);
        assertThat(end(dropped, HalfEnd.Decision.COMMIT)).isEqualTo(HalfEnd.Result.ENDED_BEFORE);
        assertThat(texts(TOPIC)).containsExactly("kept");
        assertThat(keys(State.PENDING)).isEmpty();
        assertThat(keys(State.GIVEN_UP)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {SystemTopics.CHECK_MAX_TIME, HandNote.TOPIC})
    void nothingIsDecidedWhileAQueueThatTellsOfDecisionsIsMadeAgain(String topic) {
        open();
        prepare("a");
        run();
        giveUpAll();
        String id = idOf("a", State.GIVEN_UP);
        assertThat(decide(id, Decision.COMMIT)).isEqualTo(Decided.DONE);
        reopenWithout(topic);
        assertThatThrownBy(() -> decide(id, Decision.COMMIT))
                .hasCauseInstanceOf(RefusedException.class)
                .hasMessageContaining(topic);
        assertThat(store.mendNow()).isTrue();
        assertThat(decide(id, Decision.COMMIT)).isEqualTo(Decided.DECIDED_BEFORE);
        assertThat(texts(TOPIC)).containsExactly("a");
    }

    @Test
    void aProducerIsAskedSoonerWhenSomebodyWantsIt() {
        open();
        prepare("a");
        run();
        assertThat(decide(idOf("a", State.PENDING), Decision.ASK)).isEqualTo(Decided.DONE);
        nowMs += 200;
        run();
        assertThat(questions).hasSize(1);
    }

    @Test
    void whatWasGivenUpIsListedUntilSomebodyDecidesAndTheDecisionSurvivesAKill() {
        open();
        for (String name : List.of("kept", "dropped", "asked", "left")) {
            prepare(name);
        }
        run();
        giveUpAll();
        assertThat(keys(State.PENDING)).isEmpty();
        assertThat(keys(State.GIVEN_UP)).containsExactly("key-kept", "key-dropped", "key-asked", "key-left");
        Listed page = list(State.GIVEN_UP, 0, 3);
        assertThat(list(State.GIVEN_UP, page.next().orElseThrow(), 3).messages())
                .extracting(HalfMessage::uniqueKey)
                .containsExactly("key-left");

        String keptId = idOf("kept", State.GIVEN_UP);
        assertThat(decide(keptId, Decision.COMMIT)).isEqualTo(Decided.DONE);
        assertThat(decide(idOf("dropped", State.GIVEN_UP), Decision.ROLLBACK)).isEqualTo(Decided.DONE);
        assertThat(decide(idOf("asked", State.GIVEN_UP), Decision.ASK)).isEqualTo(Decided.DONE);
        for (int round = 0; round < 2; round++) {
            run();
            assertThat(decide(keptId, Decision.COMMIT)).isEqualTo(Decided.DECIDED_BEFORE);
            assertThat(texts(TOPIC)).containsExactly("kept");
            assertThat(keys(State.GIVEN_UP)).containsExactly("key-left");
            assertThat(keys(State.PENDING)).containsExactly("key-asked");
            crash(false);
        }
    }

    /** The note and the message are there both or not at all, wherever the power goes. */
    @ParameterizedTest
    @EnumSource
    void aDecisionIsInForceAsAWholeOrNotAtAllAfterAPowerCut(Decision decision) {
        flushMode = FlushMode.SYNC_FLUSH;
        open();
        int rounds = 12;
        for (int i = 0; i < rounds; i++) {
            prepare("m" + i);
        }
        run();
        giveUpAll();
        // What was given up is not waited for; a half message is, and what lies before it.
        prepare("last");
        for (int i = 0; i < rounds; i++) {
            String id = idOf("m" + i, State.GIVEN_UP);
            CompletionStage<Decided> decided = desk().decide(id, decision);
            if (i % 2 == 0) {
                assertThat(result(decided)).isEqualTo(Decided.DONE);
            }
            crash(true);
            boolean holds = !keys(State.GIVEN_UP).contains("key-m" + i);
            assertThat(holds || i % 2 > 0).as("an answered decision holds").isTrue();
            assertThat(texts(TOPIC).contains("m" + i)).isEqualTo(holds && decision == Decision.COMMIT);
            assertThat(keys(State.PENDING).contains("key-m" + i)).isEqualTo(holds && decision == Decision.ASK);
            if (!holds) {
                assertThat(decide(id, decision)).isEqualTo(Decided.DONE);
            }
        }
        assertThat(texts(TOPIC)).doesNotHaveDuplicates().hasSize(decision == Decision.COMMIT ? rounds : 0);
    }

    @Test
    void aCommitWhoseTopicIsGoneIsRefusedAndMayBeMadeLater() {
        open();
        prepare("pending");
        run();
        topicIsThere = false;
        refused(Refusal.NO_SUCH_TOPIC, idOf("pending", State.PENDING), "'orders'");
        topicIsThere = true;
        assertThat(decide(idOf("pending", State.PENDING), Decision.COMMIT)).isEqualTo(Decided.DONE);
    }

    private void refused(Refusal reason, String id, String named) {
        assertThatThrownBy(() -> decide(id, Decision.COMMIT))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(reason))
                .hasMessageContaining(named);
    }

    @Test
    void whatIsNoHalfMessageIsNotDecidedOn() {
        open();
        Sent sent = prepare("a");
        run();
        String id = idOf("a", State.PENDING);
        decide(id, Decision.COMMIT);
        String committed = id.substring(0, 16) + "%016X".formatted(placeOfTheFirst(TOPIC));
        assertThat(decide(committed, Decision.COMMIT)).isEqualTo(Decided.NOT_FOUND);
        assertThat(decide(id.substring(0, 16) + "%016X".formatted(sent.logOffset() + 1), Decision.ROLLBACK))
                .isEqualTo(Decided.NOT_FOUND);
        assertThat(decide("FFFFFFFF" + id.substring(8), Decision.ROLLBACK))
                .as("of another broker")
                .isEqualTo(Decided.NOT_FOUND);
        refused(Refusal.ILLEGAL_ARGUMENT, "7F00", "32 or 56");
        assertThat(texts(TOPIC)).containsExactly("a");
    }

    @Test
    void aDeskWhoseLaneIsFullSaysSo() {
        open();
        TransactionDesk busy = new TransactionDesk(transactions, store, TOPIC::equals, task -> {
            throw new RejectedExecutionException("16 tasks waiting");
        });
        assertThatThrownBy(() -> result(busy.list(State.PENDING, 0, 10)))
                .hasRootCauseInstanceOf(RefusedException.class)
                .hasMessageContaining("16 tasks waiting");
        assertThatThrownBy(() -> list(State.PENDING, 0, 1001)).hasMessageContaining("1 to 1000");
    }

    @Test
    void aNoteIsWrittenAndReadAsThePageShows() throws IOException {
        String page =
                Files.readString(Path.of(System.getProperty("sluice.root"), "docs", "formats", "transactions.md"));
        int from = page.indexOf("\n01 01 ") + 1;
        StringBuilder hex = new StringBuilder();
        for (String line : page.substring(from, page.indexOf("```", from)).split("\n")) {
            hex.append(line.replaceFirst("  .*", "").replace(" ", ""));
        }
        byte[] example = HexFormat.of().parseHex(hex);
        HandNote note = new HandNote(Decision.COMMIT, 5, 8192);
        assertThat(note.body()).isEqualTo(ByteBuffer.wrap(example));
        for (Decision decision : Decision.values()) {
            HandNote one = new HandNote(decision, 7, 9);
            assertThat(HandNote.of(one.body())).isEqualTo(one);
        }
        for (int length = 0; length < example.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(example, 0, length);
            assertThatThrownBy(() -> HandNote.of(cut))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected 18");
        }
        ByteBuffer unknown = ByteBuffer.wrap(example.clone()).put(1, (byte) 9);
        assertThatThrownBy(() -> HandNote.of(unknown)).hasMessageContaining("decision 9");
    }

    @Test
    void aNoteThatCannotBeReadDoesNotCount() {
        open();
        prepare("a");
        run();
        giveUpAll();
        NewRecord note = new HandNote(Decision.ROLLBACK, 0, 0).record();
        store.append(new NewRecord(
                note.topic(), 0, 0, 0, 0, note.bornHost(), 0, 0, ByteBuffer.allocate(3), ByteBuffer.allocate(0), true));
        assertThat(texts(SystemTopics.CHECK_MAX_TIME)).containsExactly("a");
        assertThat(keys(State.GIVEN_UP)).containsExactly("key-a");
    }
}

package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.NodeProcess;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Placement;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.port.TopicCatalog.TopicSettings;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitsOfWork.Decision;
import io.sluice.wire.message.MessageView;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Units of work, in one phase and in two, move messages from one topic to another while the node is killed in the middle of them.
 * Whoever does not know how a commit ended asks for the same again; a transaction manager decides what is prepared as it has written
 * down. In the end every message is there once.
 */
class KillUnitsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String IN = "In";
    private static final String OUT = "Out";
    private static final int ON_THEIR_WAY = 20;

    @TempDir
    Path directory;

    private final Random random = new Random(11);
    /** Units whose end is not known. */
    private final Map<String, UnitOfWork> open = new LinkedHashMap<>();
    /** Those of them that are committed in two phases. */
    private final Set<String> inTwoPhases = new HashSet<>();
    /** What a transaction manager has written down before it told anybody: what is not here is to be rolled back. */
    private final Map<String, Decision> decisions = new ConcurrentHashMap<>();

    private int made;

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    @Test
    void aMessageIsMovedOnceAlsoWhenTheNodeIsKilledInTheMiddleOfACommit() {
        moveWhileKilling(1);
    }

    @Test
    @Tag("crash")
    void aMessageIsMovedOnceHoweverOftenTheNodeIsKilled() {
        moveWhileKilling(Integer.getInteger("sluice.crash.rounds", 6));
    }

    private void moveWhileKilling(int kills) {
        Path data = directory.resolve("data");
        for (int round = 0; round <= kills; round++) {
            String flush = "flushDiskType=" + (round % 2 == 0 ? "ASYNC_FLUSH" : "SYNC_FLUSH");
            try (NodeProcess node = NodeProcess.up(data, flush);
                    BrokerPort port = node.port()) {
                finishOpen(port);
                if (round == kills) {
                    drain(port);
                    assertThat(texts(port))
                            .containsExactlyInAnyOrderElementsOf(IntStream.range(0, made)
                                    .mapToObj(i -> "m" + i)
                                    .toList());
                    return;
                }
                fill(port);
                for (int i = 0; i < 5; i++) {
                    result(begin(port));
                    finishOpen(port);
                }
                for (int i = 0; i < ON_THEIR_WAY; i++) {
                    begin(port);
                }
                node.kill();
            }
        }
    }

    private void fill(BrokerPort port) {
        result(port.topics().put(new TopicName(IN), TopicSettings.ofQueues(2)));
        result(port.topics().put(new TopicName(OUT), TopicSettings.ofQueues(1)));
        List<CompletionStage<?>> sends = new ArrayList<>();
        for (int i = 0; i < 4 * ON_THEIR_WAY; i++) {
            sends.add(port.writer().send(Message.of(IN, "m" + made++), Placement.ANY));
        }
        sends.forEach(KillUnitsTest::result);
    }

    private CompletionStage<?> begin(BrokerPort port) {
        List<UnitOfWork.Send> sends = new ArrayList<>();
        List<Settlement> settlements = new ArrayList<>();
        for (Lease lease : lease(port, 1 + random.nextInt(3), Duration.ofSeconds(5))) {
            byte[] body = MessageView.of(lease.slice()).body();
            sends.add(new UnitOfWork.Send(Message.of(new TopicName(OUT), body), new Placement.Queue(0)));
            settlements.add(new Settlement.Ack(lease.receipt()));
        }
        UnitOfWork unit = new UnitOfWork(UUID.randomUUID().toString(), sends, settlements);
        open.put(unit.id(), unit);
        return random.nextBoolean() ? port.units().commit(unit) : beginInTwoPhases(port, unit);
    }

    private CompletionStage<DecisionOutcome> beginInTwoPhases(BrokerPort port, UnitOfWork unit) {
        inTwoPhases.add(unit.id());
        Decision decision = random.nextInt(4) == 0 ? Decision.ROLLBACK : Decision.COMMIT;
        return port.units().prepare(unit).thenCompose(outcome -> {
            assertThat(outcome).isInstanceOf(PrepareOutcome.Prepared.class);
            decisions.put(unit.id(), decision);
            return port.units().decide(unit.id(), decision);
        });
    }

    private void finishOpen(BrokerPort port) {
        assertThat(result(port.units().prepared("", 1000)).units())
                .allSatisfy(unit -> assertThat(inTwoPhases).contains(unit.id()));
        open.values().forEach(unit -> {
            if (inTwoPhases.contains(unit.id())) {
                finishInTwoPhases(port, unit.id());
            } else {
                assertThat(result(port.units().commit(unit)))
                        .as("unit %s with %d messages", unit.id(), unit.sends().size())
                        .isInstanceOf(UnitOutcome.Committed.class);
            }
        });
        open.clear();
        assertThat(result(port.units().prepared("", 1000)).units()).isEmpty();
    }

    /** As a transaction manager does that comes back: what it has not decided is rolled back, if it was prepared at all. */
    private void finishInTwoPhases(BrokerPort port, String id) {
        Decision decision = decisions.getOrDefault(id, Decision.ROLLBACK);
        DecisionOutcome outcome = result(port.units().decide(id, decision));
        if (decision == Decision.COMMIT) {
            assertThat(outcome).as("decided unit %s", id).isInstanceOf(DecisionOutcome.Committed.class);
        } else {
            assertThat(outcome)
                    .as("unit %s", id)
                    .isInstanceOfAny(DecisionOutcome.RolledBack.class, DecisionOutcome.Unknown.class);
        }
    }

    private void drain(BrokerPort port) {
        while (true) {
            List<Lease> leases = lease(port, 50, Duration.ofMillis(500));
            if (leases.isEmpty()) {
                return;
            }
            List<UnitOfWork.Send> sends = leases.stream()
                    .map(lease -> new UnitOfWork.Send(
                            Message.of(
                                    new TopicName(OUT),
                                    MessageView.of(lease.slice()).body()),
                            new Placement.Queue(0)))
                    .toList();
            List<Settlement> acks = leases.stream()
                    .<Settlement>map(lease -> new Settlement.Ack(lease.receipt()))
                    .toList();
            assertThat(result(port.units().commit(new UnitOfWork("", sends, acks))))
                    .isInstanceOf(UnitOutcome.Committed.class);
        }
    }

    private static List<Lease> lease(BrokerPort port, int max, Duration wait) {
        LeaseRequest request = new LeaseRequest(
                new GroupName("movers"),
                new TopicName(IN),
                FilterExpression.ALL,
                FilterExpression.ALL,
                max,
                Duration.ofMinutes(10),
                wait,
                Start.FIRST);
        // Over the wire the slices are on the heap and stay.
        try (Leased leased = result(port.leases().lease(request))) {
            return leased.leases();
        }
    }

    private static List<String> texts(BrokerPort port) {
        MessageQueue queue = result(port.topics().describe(new TopicName(OUT)))
                .orElseThrow()
                .readable()
                .get(0);
        List<String> texts = new ArrayList<>();
        long end = result(port.reader().range(queue)).max();
        for (long at = 0; at < end; ) {
            try (Fetched fetched = result(port.reader()
                    .fetch(new FetchRequest(queue, at, 500, 1 << 20, FilterExpression.ALL, Duration.ZERO)))) {
                fetched.records()
                        .slices()
                        .forEach(slice ->
                                texts.add(new String(MessageView.of(slice).body(), StandardCharsets.UTF_8)));
                at = Math.max(at + 1, fetched.nextOffset());
            }
        }
        return texts;
    }
}

package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.assembly.Gateway;
import io.sluice.gateway.assembly.Role;
import io.sluice.gateway.config.SettingsReader;
import io.sluice.gateway.node.DamagedFiles;
import io.sluice.gateway.node.NodeProcess;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Placement;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.port.SendOutcome.Stored;
import io.sluice.port.TopicCatalog.TopicSettings;
import io.sluice.port.UnitOfWork;
import io.sluice.store.file.FileDisk;
import io.sluice.store.log.DelayLevels;
import io.sluice.store.tool.StoreVerifier;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bits are flipped, ranges overwritten, files cut off and deleted, several at once and anywhere in log, queues and what is
 * known of their state, in the store of a node that was killed or stopped. The node starts, and serves every
 * message that the damage has not touched, at its place; it never serves a body that is not the one that was sent.
 */
class DamagedStoreTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration WAIT = Duration.ofMillis(50);
    private static final int SEGMENT_BYTES = 1 << 18;
    private static final int TOPICS = 3;
    private static final int SETTLED = 40;
    private static final int QUEUES = 2;
    private static final int BODY_MAX = 1500;
    private static final Pattern NAME_SERVER = Pattern.compile(" namesrv=(\\S+)");

    @TempDir
    Path directory;

    /** A message, where it was found before the damage. */
    private record Place(String topic, int queueId, long offset, long logOffset, int bytes) {}

    private final Map<Integer, Place> places = new TreeMap<>();
    private int nextId;

    /** A node that serves a directory. */
    private interface Node extends AutoCloseable {
        BrokerPort port();

        @Override
        void close();
    }

    private static Map<String, String> settings() {
        return Map.of(
                "namesrvPort", "0",
                "listenPort", "0",
                "mqttPort", "0",
                "httpPort", "0",
                "bindAddress", "127.0.0.1",
                "mappedFileSizeCommitLog", String.valueOf(SEGMENT_BYTES),
                "mappedFileSizeConsumeQueue", "4000",
                "messageIndexEnable", "false");
    }

    private static Node inProcess(Path data) {
        Map<String, String> given = new TreeMap<>(settings());
        given.put("storePathRootDir", data.resolve("store").toString());
        Gateway gateway = Gateway.open(
                Set.of(Role.NAME_SERVER, Role.BROKER), new SettingsReader().read(Optional.empty(), Map.of(), given));
        try {
            gateway.start();
        } catch (RuntimeException failed) {
            gateway.close();
            throw failed;
        }
        return new Node() {
            @Override
            public BrokerPort port() {
                String nameServer = NAME_SERVER
                        .matcher(gateway.readyLine())
                        .results()
                        .findFirst()
                        .orElseThrow()
                        .group(1);
                return BrokerPortFactory.open(URI.create("sluice://" + nameServer));
            }

            @Override
            public void close() {
                gateway.close();
            }
        };
    }

    private static Node asProcess(Path data) {
        NodeProcess node = NodeProcess.up(
                data,
                settings().entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toArray(String[]::new));
        return new Node() {
            @Override
            public BrokerPort port() {
                return node.port();
            }

            @Override
            public void close() {
                node.kill();
                node.close();
            }
        };
    }

    /** Starts a node on a directory. */
    private interface Starting {
        Node on(Path data);
    }

    @Test
    void aNodeServesWhateverIsWholeOfADamagedStore() throws Exception {
        for (int seed : new int[] {1, 55}) {
            live(seed, 700, DamagedStoreTest::inProcess);
        }
    }

    @Tag("crash")
    @Test
    void anyNumberOfNodesServeWhateverIsWholeOfADamagedStore() throws Exception {
        int rounds = Integer.getInteger("sluice.crash.rounds", 12);
        for (int round = 0; round < rounds; round++) {
            live(1_000 + round, 5_000, DamagedStoreTest::asProcess);
        }
    }

    private void live(long seed, int messages, Starting starting) throws Exception {
        Random random = new Random(seed);
        places.clear();
        nextId = 0;
        Path data = directory.resolve("data" + seed);
        Path killed = directory.resolve("killed" + seed);
        try (Node node = starting.on(data);
                BrokerPort port = node.port()) {
            for (int i = 0; i < TOPICS; i++) {
                result(port.topics().put(topic(i), TopicSettings.ofQueues(QUEUES)));
            }
            send(port, messages, random);
            settleAndPrepare(port);
            read(port).forEach((id, found) -> places.put(id, found.get(0)));
            assertThat(places).hasSize(messages);
            await().atMost(PATIENCE).until(() -> hasQueueFiles(data));
            // nothing happens any more, so this is what a kill would leave
            copy(data, killed);
        }
        Path damaged = random.nextInt(3) == 0 ? data : killed;
        DamagedFiles damage = new DamagedFiles(damaged.resolve("store"), SEGMENT_BYTES, random);
        int number = 1 + random.nextInt(6);
        for (int i = 0; i < number; i++) {
            damage.one();
        }
        String what = "seed %d: %s".formatted(seed, damage);
        try (Node node = starting.on(damaged);
                BrokerPort port = node.port()) {
            Map<Integer, List<Place>> found = read(port);
            found.forEach((id, served) ->
                    assertThat(served).as("message %d, %s", id, what).hasSize(1));
            places.forEach((id, place) -> {
                if (!damage.touches(place.logOffset, place.bytes)) {
                    assertThat(found.getOrDefault(id, List.of()))
                            .as("message %d, %s", id, what)
                            .containsExactly(place);
                }
            });
            int before = nextId;
            send(port, 50, random);
            assertThat(read(port).keySet())
                    .as(what)
                    .containsAll(Stream.iterate(before, id -> id + 1).limit(50).toList());
        } catch (RuntimeException failed) {
            fail(what, failed);
        }
        StoreVerifier.verify(damaged.resolve("store"), new FileDisk(), DelayLevels.parse("1s 5s"));
    }

    /** So that there is something to be read back in the topics that the broker keeps for itself. */
    private static void settleAndPrepare(BrokerPort port) {
        List<Lease> leases = new ArrayList<>();
        while (leases.size() <= SETTLED) {
            LeaseRequest request = new LeaseRequest(
                    new GroupName("crew"),
                    topic(0),
                    FilterExpression.ALL,
                    FilterExpression.ALL,
                    SETTLED + 1 - leases.size(),
                    PATIENCE,
                    PATIENCE,
                    Start.FIRST);
            leases.addAll(result(port.leases().lease(request)).leases());
        }
        for (Lease lease : leases.subList(0, SETTLED)) {
            result(port.leases().settle(List.of(new Settlement.Ack(lease.receipt()))));
        }
        UnitOfWork unit = new UnitOfWork(
                "prepared",
                List.of(new UnitOfWork.Send(
                        Message.of(topic(1), body(-1, 9).getBytes(StandardCharsets.UTF_8)), new Placement.Queue(0))),
                List.of(new Settlement.Ack(leases.get(SETTLED).receipt())));
        assertThat(result(port.units().prepare(unit))).isEqualTo(new PrepareOutcome.Prepared(false));
    }

    private static boolean hasQueueFiles(Path data) throws IOException {
        try (Stream<Path> all = Files.walk(data.resolve("store"))) {
            return all.filter(path -> path.toString().contains("consumequeue") && Files.isRegularFile(path))
                            .count()
                    >= TOPICS * QUEUES;
        }
    }

    private static TopicName topic(int number) {
        return new TopicName("Damaged" + number);
    }

    /** The number, and letters that follow from it. */
    private static String body(int id, int length) {
        StringBuilder body =
                new StringBuilder().append(id).append(':').append(length).append(':');
        Random letters = new Random(id);
        for (int i = 0; i < length; i++) {
            body.append((char) ('a' + letters.nextInt(26)));
        }
        return body.toString();
    }

    private void send(BrokerPort port, int count, Random random) {
        List<CompletionStage<?>> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int id = nextId++;
            byte[] body = body(id, random.nextInt(BODY_MAX)).getBytes(StandardCharsets.UTF_8);
            sent.add(port.writer()
                    .send(Message.of(topic(random.nextInt(TOPICS)), body), new Placement.Queue(random.nextInt(QUEUES)))
                    .thenAccept(
                            outcome -> assertThat(outcome).as("message %d", id).isInstanceOf(Stored.class)));
        }
        sent.forEach(DamagedStoreTest::result);
    }

    /** Everything that is served, by its number; each body is checked. */
    private static Map<Integer, List<Place>> read(BrokerPort port) {
        Map<Integer, List<Place>> found = new TreeMap<>();
        for (int i = 0; i < TOPICS; i++) {
            for (MessageQueue queue :
                    result(port.topics().describe(topic(i))).orElseThrow().readable()) {
                read(port, queue, found);
            }
        }
        return found;
    }

    private static void read(BrokerPort port, MessageQueue queue, Map<Integer, List<Place>> found) {
        long at = result(port.reader().range(queue)).min();
        int stuck = 0;
        while (at < result(port.reader().range(queue)).max()) {
            FetchRequest request = new FetchRequest(queue, at, 512, 1 << 20, FilterExpression.ALL, WAIT);
            try (Fetched fetched = result(port.reader().fetch(request))) {
                for (ByteBuffer slice : fetched.records().slices()) {
                    MessageView view = MessageView.of(slice);
                    String body = new String(view.body(), StandardCharsets.UTF_8);
                    String[] parts = body.split(":");
                    int id = Integer.parseInt(parts[0]);
                    assertThat(body).isEqualTo(body(id, Integer.parseInt(parts[1])));
                    found.computeIfAbsent(id, none -> new ArrayList<>())
                            .add(new Place(
                                    queue.topic().value(),
                                    queue.queueId(),
                                    view.queueOffset(),
                                    view.logOffset(),
                                    view.totalSize()));
                }
                stuck = fetched.nextOffset() == at ? stuck + 1 : 0;
                assertThat(stuck).as("reads of %s at %d", queue, at).isLessThan(600);
                at = fetched.nextOffset();
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {

        try (Stream<Path> all = Files.walk(from)) {
            for (Path one : all.toList()) {
                Path target = to.resolve(from.relativize(one).toString());
                if (Files.isDirectory(one)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(one, target);
                }
            }
        }
    }

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}

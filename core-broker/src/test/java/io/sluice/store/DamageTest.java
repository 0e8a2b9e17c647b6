package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.port.Records;
import io.sluice.store.log.AppendResult.Stored;
import io.sluice.store.queue.EntryFilter;
import io.sluice.store.queue.QueueKey;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Files that somebody deleted, cut, overwrote or flipped bits in while the store was not running. */
class DamageTest {
    private static final Path ROOT = Path.of("/store");
    private static final int SEGMENT = 16 * 1024;

    private record Sent(QueueKey queue, String body, Stored place) {}

    private final Map<Integer, Sent> sent = new LinkedHashMap<>();
    private long nanos;

    private static StoreConfig config() {
        return StoreConfig.in(ROOT)
                .withLogSegmentBytes(SEGMENT)
                .withQueueSegmentBytes(200)
                .withIndexSlots(7)
                .withIndexEntries(40)
                .withDiskFreeMinBytes(0)
                .withReservedHours(1_000_000);
    }

    private MessageStore open(LossyDisk disk) {
        nanos += 100_000_000_000L;
        return MessageStore.open(config(), disk, InstantSource.system(), () -> nanos);
    }

    private void send(MessageStore store, Random random, int id) {
        QueueKey queue = new QueueKey("Topic" + random.nextInt(3), random.nextInt(2));
        String body = id + ":" + "y".repeat(random.nextInt(5) == 0 ? random.nextInt(3000) : random.nextInt(50));
        Stored place = Stores.append(
                store,
                Stores.record(
                        queue.topic(),
                        queue.queueId(),
                        body.getBytes(StandardCharsets.UTF_8),
                        Map.of("KEYS", "k" + id)));
        sent.put(id, new Sent(queue, body, place));
    }

    /** A store with about two and a half segments, killed or closed. */
    private LossyDisk written(long seed, boolean closed) throws IOException {
        sent.clear();
        Random random = new Random(seed);
        LossyDisk disk = new LossyDisk(seed);
        MessageStore store = open(disk);
        for (int id = 0; id < 60 + random.nextInt(40); id++) {
            send(store, random, id);
            nanos += 1_000_000_000L * random.nextInt(20);
            if (random.nextInt(4) == 0) {
                store.duties().queueWriter().work();
                store.duties().indexer().work();
            }
            if (random.nextInt(10) == 0) {
                store.duties().flusher().flush();
            }
        }
        if (closed) {
            store.close();
        }
        disk.cutNow();
        return disk.afterKill();
    }

    private Map<Integer, Long> served(MessageStore store) throws IOException {
        return served(store, null);
    }

    /** Ids served, each checked against what was sent; the damaged one, wherever it turns up, is passed over. */
    private Map<Integer, Long> served(MessageStore store, Sent damaged) throws IOException {
        Map<Integer, Long> found = new TreeMap<>();
        for (QueueKey queue : store.queues()) {
            long at = store.range(queue.topic(), queue.queueId()).min();
            int stuck = 0;
            while (at < store.range(queue.topic(), queue.queueId()).max()) {
                try (QueueRead read = store.read(queue.topic(), queue.queueId(), at, EntryFilter.ALL, 7, 1 << 20)) {
                    if (read.nextOffset() == at) {
                        assertThat(read.status()).isEqualTo(QueueRead.Status.REBUILDING);
                        assertThat(++stuck).as("reads of %s at %d", queue, at).isLessThan(50);
                        store.duties().mender().work();
                    }
                    for (int i = 0; i < read.slices().size(); i++) {
                        String body = StandardCharsets.UTF_8
                                .decode(MessageView.of(read.slices().get(i)).storedBody())
                                .toString();
                        int id = Integer.parseInt(body.substring(0, body.indexOf(':')));
                        assertThat(body).isEqualTo(sent.get(id).body);
                        if (sent.get(id) != damaged) {
                            assertThat(queue).isEqualTo(sent.get(id).queue);
                            assertThat(read.queueOffsets()[i])
                                    .isEqualTo(sent.get(id).place.queueOffset());
                        }
                        assertThat(found.put(id, read.queueOffsets()[i])).isNull();
                    }
                    at = read.nextOffset();
                }
            }
        }
        return found;
    }

    private void assertKeysFound(MessageStore store, Iterable<Integer> ids) {
        assertKeysFound(store, ids, null);
    }

    /** @param junk a message whose properties may say anything, also the key of another one; {@code null}: none */
    private void assertKeysFound(MessageStore store, Iterable<Integer> ids, Sent junk) {
        for (int id : ids) {
            try (Records byKey = store.byKey(sent.get(id).queue.topic(), "k" + id, 0, Long.MAX_VALUE, 8)) {
                assertThat(byKey.slices().stream()
                                .map((ByteBuffer slice) -> MessageView.of(slice).logOffset())
                                .filter(offset -> junk == null || offset != junk.place.logOffset()))
                        .as("key of message %d", id)
                        .containsExactly(sent.get(id).place.logOffset());
            }
        }
    }

    private static boolean isLog(Path file) {
        return file.startsWith(ROOT.resolve("commitlog"));
    }

    private static void damage(LossyDisk disk, Path file, Random random) {
        byte[] content = disk.content(file).clone();
        switch (random.nextInt(5)) {
            case 0 -> disk.remove(file);
            case 1 -> disk.replace(file, Arrays.copyOf(content, random.nextInt(content.length + 1)));
            case 2 -> disk.replace(file, new byte[content.length]);
            case 3 -> {
                random.nextBytes(content);
                disk.replace(file, content);
            }
            default -> {
                for (int i = 0; i < 3 && content.length > 0; i++) {
                    content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
                }
                disk.replace(file, content);
            }
        }
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void anyDerivedFileMayBeMissingOrDamaged(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        LossyDisk disk = written(seed, random.nextInt(3) == 0);
        List<Path> derived = disk.files().stream()
                .filter(file -> !isLog(file) && !file.endsWith("lock"))
                .toList();
        int share = 1 + random.nextInt(6);
        for (Path file : derived) {
            boolean mark = file.endsWith("abort");
            if (random.nextInt(share) == 0 && !mark) {
                damage(disk, file, random);
            }
        }
        try (MessageStore store = open(disk)) {
            assertThat(served(store).keySet()).isEqualTo(sent.keySet());
            assertKeysFound(store, sent.keySet());
            Stored next = Stores.append(store, "Topic0", 0, "x");
            assertThat(next.queueOffset())
                    .isEqualTo(sent.values().stream()
                            .filter(message -> message.queue.equals(new QueueKey("Topic0", 0)))
                            .count());
        }
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void flippedBitsInTheLogCostOnlyTheMessagesTheyAreIn(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        LossyDisk disk = written(seed, random.nextBoolean());
        long end = sent.values().stream()
                .mapToLong(message -> message.place.logOffset() + message.place.size())
                .max()
                .orElseThrow();
        long flipped = (long) (random.nextDouble() * end);
        Path file = ROOT.resolve("commitlog/" + "%020d".formatted(flipped / SEGMENT * SEGMENT));
        byte[] content = disk.content(file).clone();
        content[(int) (flipped % SEGMENT)] ^= (byte) (1 << random.nextInt(8));
        disk.replace(file, content);
        try (MessageStore store = open(disk)) {
            Sent damaged = hit(flipped);
            Map<Integer, Long> found = served(store, damaged);
            for (Map.Entry<Integer, Sent> message : sent.entrySet()) {
                if (message.getValue() != damaged) {
                    assertThat(found).as("flip at %d", flipped).containsKey(message.getKey());
                }
            }
        }
    }

    @Test
    void aTopicNameThatIsNoTextAnyMoreCostsItsMessageAlone() throws IOException {
        sent.clear();
        LossyDisk disk = new LossyDisk(1);
        MessageStore written = open(disk);
        for (int id = 0; id < 3; id++) {
            sent.put(id, new Sent(new QueueKey("Topic", 0), id + ":", Stores.append(written, "Topic", 0, id + ":")));
        }
        written.duties().flusher().flush();
        disk.cutNow();
        LossyDisk after = disk.afterKill();
        Path file = ROOT.resolve("commitlog/" + "%020d".formatted(0));
        byte[] content = after.content(file).clone();
        int name = new String(content, StandardCharsets.ISO_8859_1)
                .indexOf("Topic", (int) sent.get(1).place.logOffset());
        content[name] ^= (byte) 0x80;
        after.replace(file, content);
        try (MessageStore store = open(after)) {
            assertThat(served(store).keySet()).containsExactly(0, 2);
        }
    }

    private Sent hit(long offset) {
        return sent.values().stream()
                .filter(message -> message.place.logOffset() <= offset
                        && offset < message.place.logOffset() + message.place.size())
                .findFirst()
                .orElse(null);
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void aLogCutOffAnywhereIsServedUpToThere(@ForAll long seed, @ForAll @IntRange(max = 2) int tail)
            throws IOException {
        Random random = new Random(seed);
        LossyDisk disk = written(seed, random.nextInt(3) == 0);
        long end = sent.values().stream()
                .mapToLong(message -> message.place.logOffset() + message.place.size())
                .max()
                .orElseThrow();
        long cut = end - random.nextInt((int) Math.min(end, 4000));
        for (Path file : disk.files()) {
            if (isLog(file)) {
                long base = Long.parseLong(file.getFileName().toString());
                byte[] content = disk.content(file).clone();
                int from = (int) Math.max(0, Math.min(content.length, cut - base));
                Arrays.fill(content, from, content.length, (byte) 0);
                if (tail == 1) {
                    byte[] junk = new byte[content.length - from];
                    random.nextBytes(junk);
                    System.arraycopy(junk, 0, content, from, Math.min(300, junk.length));
                } else if (tail == 2 && from > 0 && from < content.length) {
                    content = Arrays.copyOf(content, from);
                }
                disk.replace(file, content);
            }
        }
        try (MessageStore store = open(disk)) {
            Map<Integer, Long> found = served(store);
            for (Map.Entry<Integer, Sent> message : sent.entrySet()) {
                Stored place = message.getValue().place;
                boolean whole = place.logOffset() + place.size() <= cut;
                if (tail == 1 && !whole && cut - place.logOffset() > 60) {
                    // junk in the properties, which no checksum covers, cannot be told from properties
                    continue;
                }
                assertThat(found.containsKey(message.getKey()))
                        .as("message %s, cut at %d", place, cut)
                        .isEqualTo(whole);
            }
            assertKeysFound(
                    store,
                    found.keySet().stream()
                            .filter(id -> sent.get(id).place.logOffset()
                                            + sent.get(id).place.size()
                                    <= cut)
                            .toList(),
                    tail == 1 ? hit(cut) : null);
            for (QueueKey queue : store.queues()) {
                long kept = found.keySet().stream()
                        .filter(id -> sent.get(id).queue.equals(queue))
                        .count();
                assertThat(store.range(queue.topic(), queue.queueId()).max())
                        .as("%s", queue)
                        .isEqualTo(kept);
            }
        }
    }

    @Test
    void staleBytesBehindTheCutNeverComeBack() throws IOException {
        LossyDisk disk = written(1, false);
        Path first = ROOT.resolve("commitlog/00000000000000000000");
        byte[] content = disk.content(first).clone();
        Sent third = sent.get(2);
        // the third record is torn in its head; those behind it are left as they are but belong to a later segment run
        Arrays.fill(content, (int) third.place.logOffset(), (int) third.place.logOffset() + 8, (byte) 0);
        disk.replace(first, content);
        for (Path file : disk.files()) {
            boolean later = isLog(file) && !file.equals(first);
            if (later || file.getFileName().toString().startsWith("progress")) {
                disk.remove(file);
            }
        }
        long end = third.place.logOffset();
        try (MessageStore store = open(disk)) {
            assertThat(store.logRange().max()).isEqualTo(end);
            byte[] cleared = disk.content(first);
            assertThat(Arrays.copyOfRange(cleared, (int) end, cleared.length)).containsOnly(0);
        }
    }
}

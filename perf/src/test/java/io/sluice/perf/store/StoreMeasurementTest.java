package io.sluice.perf.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.MessageStore;
import io.sluice.store.log.FlushMode;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pieces that the store is measured with. */
class StoreMeasurementTest {
    @TempDir
    Path directory;

    @Test
    void aFigureIsOneLineOfJson() {
        assertThat(new Figure("sync", "128 B, \"8\" producers", 0.75, "x").json())
                .isEqualTo(
                        "{\"scenario\":\"sync\",\"name\":\"128 B, \\\"8\\\" producers\",\"value\":0.75,\"unit\":\"x\"}");
    }

    @Test
    void everyRecordHasATagAndAKeyOfItsOwn() {
        RecordSource source = new RecordSource(0xABCL << 40, 10);
        NewRecord first = source.next("Perf", 1);
        String firstKey = PropertiesCodec.decode(first.properties()).get("UNIQ_KEY");
        NewRecord second = source.next("Perf", 1);
        assertThat(firstKey).isEqualTo("000ABC0000000000");
        assertThat(PropertiesCodec.decode(second.properties()).get("UNIQ_KEY")).isEqualTo("000ABC0000000001");
        assertThat(PropertiesCodec.decode(second.properties()).get("TAGS")).isEqualTo("a");
        assertThat(second.body().remaining()).isEqualTo(10);
    }

    @Test
    void producersSpreadWhatTheyStoreEvenlyAndForcesAreCounted() throws Exception {
        CountingDisk disk = new CountingDisk();
        try (ScratchStore scratch = new ScratchStore(directory)) {
            try (MessageStore store = ScratchStore.open(scratch.directory(), FlushMode.SYNC_FLUSH, disk)) {
                long before = disk.forces();
                Producers.Done done = new Producers(store, 3, 100).run(640, 60);
                assertThat(done.records()).isEqualTo(640);
                assertThat(done.logBytes()).isEqualTo(store.logRange().max());
                for (int queueId = 0; queueId < Producers.QUEUES; queueId++) {
                    assertThat(store.range(Producers.TOPIC, queueId).max()).isEqualTo(640 / Producers.QUEUES);
                }
                assertThat(disk.forces() - before).isBetween(1L, 640L);
            }
            assertThat(scratch.directory()).exists();
        }
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aStoreThatWasFilledAndKilledOpensAgain() throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        try (ScratchStore scratch = new ScratchStore(directory)) {
            try (FilledStore filled = new FilledStore(java, scratch.directory(), 2, 100, 50)) {
                filled.kill();
            }
            try (MessageStore store = scratch.open(FlushMode.ASYNC_FLUSH)) {
                assertThat(store.topics()).containsExactlyInAnyOrder("Perf00000", "Perf00001");
                assertThat(store.queues().stream()
                                .mapToLong(queue -> store.range(queue.topic(), queue.queueId())
                                        .max())
                                .sum())
                        .isEqualTo(100);
            }
        }
    }
}

package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.queue.EntryFilter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadAcrossFileAndMemoryTest {
    @TempDir
    Path directory;

    @Test
    void oneReadGoesFromEntriesInTheFileToEntriesThatAreOnlyInMemory() {
        try (MessageStore store = Stores.open(directory)) {
            Stores.append(store, "T", 0, "in the file");
        }
        try (MessageStore store = Stores.open(directory)) {
            Stores.append(store, "T", 0, "in memory");
            try (QueueRead read = store.read("T", 0, 0, EntryFilter.ALL, 10, 1 << 20)) {
                assertThat(read.status()).isEqualTo(QueueRead.Status.FOUND);
                assertThat(read.slices()).hasSize(2);
            }
            List<Long> visited = new ArrayList<>();
            assertThat(store.entries("T", 0, 0, 10, (offset, logOffset, size, tagHash) -> visited.add(offset)))
                    .isEqualTo(2);
            assertThat(visited).containsExactly(0L, 1L);
        }
    }
}

package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads in runs give the same bytes as reads of single messages, in fewer slices. */
class RunsTest {
    @TempDir
    Path directory;

    @Test
    void messagesNextToEachOtherAreOneSlice() {
        try (MessageStore store = Stores.open(directory)) {
            for (int i = 0; i < 3; i++) {
                Stores.append(store, "T", 0, "first " + i);
            }
            Stores.append(store, "T", 1, "between");
            Stores.append(store, "T", 0, "behind");

            try (QueueRead runs = store.readRuns("T", 0, 0, EntryFilter.ALL, 10, 1 << 20)) {
                assertThat(runs.slices()).hasSize(2);
                assertThat(runs.queueOffsets()).containsExactly(0, 3);
                assertThat(runs.nextOffset()).isEqualTo(4);
                assertThat(MessageView.of(runs.slices().get(1)).body())
                        .asString()
                        .isEqualTo("behind");
            }
            try (QueueRead bounded = store.readRuns("T", 0, 1, EntryFilter.ALL, 1, 1 << 20)) {
                assertThat(bounded.nextOffset()).isEqualTo(2);
                assertThat(MessageView.of(bounded.slices().get(0)).body())
                        .asString()
                        .isEqualTo("first 1");
            }
        }
    }

    @Test
    void runsOverManySegmentsAndFiltersHoldWhatSingleReadsHold() {
        Random random = new Random(7);
        EntryFilter everyThird = new EntryFilter() {
            @Override
            public boolean acceptsRecord(long queueOffset, ByteBuffer record) {
                return queueOffset % 3 != 0;
            }
        };
        try (MessageStore store = Stores.open(directory)) {
            for (int i = 0; i < 400; i++) {
                Stores.append(store, "T", random.nextInt(4) / 3, "x".repeat(random.nextInt(2000)));
            }
            for (EntryFilter filter : List.of(EntryFilter.ALL, everyThird)) {
                for (int from = 0; from < store.range("T", 0).max(); from += 7) {
                    int messages = 1 + random.nextInt(100);
                    int bytes = 1 + random.nextInt(60_000);
                    try (QueueRead single = store.read("T", 0, from, filter, messages, bytes);
                            QueueRead runs = store.readRuns("T", 0, from, filter, messages, bytes)) {
                        assertThat(runs.status()).isEqualTo(single.status());
                        assertThat(runs.nextOffset()).isEqualTo(single.nextOffset());
                        assertThat(bytesOf(runs)).isEqualTo(bytesOf(single));
                        assertThat(runs.slices())
                                .hasSizeLessThanOrEqualTo(single.slices().size());
                    }
                }
            }
        }
    }

    private static byte[] bytesOf(QueueRead read) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer slice : read.slices()) {
            byte[] bytes = new byte[slice.remaining()];
            slice.get(slice.position(), bytes);
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }
}

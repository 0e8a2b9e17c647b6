package io.sluice.store;

import static io.sluice.store.Stores.ROOT;
import static io.sluice.store.Stores.inMemory;
import static io.sluice.store.Stores.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.log.AppendResult;
import io.sluice.store.log.AppendResult.Reason;
import io.sluice.store.log.AppendResult.Refused;
import io.sluice.store.log.FlushMode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A store whose disk is full refuses, and resumes by itself. */
class StoreSpaceTest {
    @Test
    void aDiskWithoutRoomRefusesAndResumesByItself() {
        LossyDisk disk = new LossyDisk(1);
        try (MessageStore store = inMemory(disk, FlushMode.ASYNC_FLUSH)) {
            Stores.append(store, "T", 0, "a");
            disk.room(0);
            Refused refused = null;
            for (int i = 0; i < 100 && refused == null; i++) {
                AppendResult result = store.append(Stores.record("T", 0, "x".repeat(2000)))
                        .toCompletableFuture()
                        .join();
                refused = result instanceof Refused r ? r : null;
            }
            assertThat(refused.reason()).isEqualTo(Reason.DISK_FULL);
            assertThat(refused.sentence()).contains("No space left on device", "resume");
            assertThat(store.health().state()).isEqualTo(StoreHealth.State.DISK_FULL);
            assertThat(refused(freeing(store).toCompletableFuture()).reason()).isEqualTo(Reason.DISK_FULL);
            assertThat(Stores.bodies(store, "T", 0)).as("reads go on").contains("a");
            store.duties().preparer().work();
            assertThat(store.health().writable()).isFalse();
            disk.room(1 << 20);
            store.duties().preparer().work();
            assertThat(store.health().writable()).isTrue();
            Stores.append(store, "T", 0, "again");
        }
    }

    private static CompletionStage<AppendResult> freeing(MessageStore store) {
        return store.appendFreeing(List.of(Stores.record("T", 0, "f"))).thenApply(results -> results.get(0));
    }

    @Test
    void theWatermarkOfFreeBytesRefusesAndResumesByItself() throws IOException {
        LossyDisk disk = new LossyDisk(1);
        disk.usable(1000 << 20);
        StoreConfig config = Stores.config(ROOT).withDiskFreeMinBytes(500 << 20);
        try (MessageStore store = Stores.open(config, disk)) {
            Stores.append(store, "T", 0, "a");
            disk.usable(499 << 20);
            store.duties().retention().checkSpace();
            Refused refused = refused(store, Stores.record("T", 0, "b"));
            assertThat(refused.reason()).isEqualTo(Reason.DISK_FULL);
            assertThat(refused.sentence()).contains("499 MiB left", "diskFreeMinBytes is 500 MiB");
            Stores.stored(freeing(store));
            disk.usable(600 << 20);
            store.duties().retention().checkSpace();
            Stores.append(store, "T", 0, "c");
        }
    }

    @Test
    void theRatioIsNamedWhenItRefuses() throws IOException {
        LossyDisk disk = new LossyDisk(1);
        disk.usable(1L << 36);
        StoreConfig config = Stores.config(ROOT).withDiskFullRatio(0.9);
        try (MessageStore store = Stores.open(config, disk)) {
            assertThat(refused(store, Stores.record("T", 0, "b")).sentence())
                    .contains("used to 93.8 percent", "diskSpaceWarningLevelRatio is 90.0");
        }
    }
}

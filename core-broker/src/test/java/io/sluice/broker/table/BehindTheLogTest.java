package io.sluice.broker.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.SluiceException;
import io.sluice.store.LossyDisk;
import io.sluice.store.MessageStore;
import io.sluice.store.StoreConfig;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.FlushMode;
import io.sluice.wire.message.NewRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class BehindTheLogTest {
    private static final String TABLE = "offsets.json";

    private static MessageStore open(LossyDisk disk) {
        return open(disk, FlushMode.ASYNC_FLUSH);
    }

    private static MessageStore open(LossyDisk disk, FlushMode flushMode) {
        return MessageStore.open(
                StoreConfig.in(Path.of("/store"))
                        .withFlushMode(flushMode)
                        .withLogSegmentBytes(64 * 1024)
                        .withDiskFreeMinBytes(0),
                disk,
                Clock.systemUTC());
    }

    private static void append(MessageStore store, String body) {
        append(store, body, true);
    }

    private static void append(MessageStore store, String body, boolean waitForDisk) {
        AppendResult result = store.append(new NewRecord(
                        "T",
                        0,
                        0,
                        0,
                        0,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                        0,
                        0,
                        ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)),
                        ByteBuffer.allocate(0),
                        waitForDisk))
                .toCompletableFuture()
                .join();
        assertThat(result).isInstanceOf(AppendResult.Stored.class);
    }

    private static String saved(MessageStore store) {
        return store.table(TABLE).load(Function.identity()).orElse("");
    }

    @Test
    void aPowerCutLeavesTheLogThatTheTextSpeaksOf() {
        for (int seed = 0; seed < 20; seed++) {
            LossyDisk disk = new LossyDisk(seed);
            MessageStore store = open(disk);
            append(store, "a".repeat(9_000));
            append(store, "b");
            new BehindTheLog(store, store.table(TABLE)).accept("two messages");
            append(store, "c");
            try (MessageStore after = open(disk.afterPowerCut())) {
                assertThat(saved(after)).isEqualTo("two messages");
                assertThat(after.range("T", 0).max()).isGreaterThanOrEqualTo(2);
            }
            store.close();
        }
    }

    /** A store that is not started flushes nothing by itself. */
    @Test
    void whatTheBrokerStoresWithoutWaitingIsOnTheDiskBeforeTheTextAsWell() {
        for (int seed = 0; seed < 20; seed++) {
            LossyDisk disk = new LossyDisk(seed);
            MessageStore store = open(disk, FlushMode.SYNC_FLUSH);
            append(store, "a".repeat(9_000), false);
            append(store, "a copy for a later try", false);
            assertThat(store.health().flushedTo()).isZero();
            new BehindTheLog(store, store.table(TABLE)).accept("the first try is over");
            try (MessageStore after = open(disk.afterPowerCut(), FlushMode.SYNC_FLUSH)) {
                assertThat(saved(after)).isEqualTo("the first try is over");
                assertThat(after.range("T", 0).max()).isEqualTo(2);
            }
            store.close();
        }
    }

    @Test
    void aLogThatTheDiskDoesNotTakeLeavesTheFileAsItWas() {
        LossyDisk disk = new LossyDisk(1);
        MessageStore store = open(disk);
        BehindTheLog table = new BehindTheLog(store, store.table(TABLE));
        append(store, "a");
        table.accept("one message");
        append(store, "b");
        disk.failForces();
        assertThatThrownBy(() -> table.accept("two messages"))
                .isInstanceOf(SluiceException.class)
                .hasMessageContaining(TABLE);
        assertThat(saved(store)).isEqualTo("one message");
        assertThat(store.health().writable()).isFalse();
        store.close();
    }
}

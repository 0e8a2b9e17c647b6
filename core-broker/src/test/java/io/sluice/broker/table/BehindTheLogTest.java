package io.sluice.broker.table;

import static org.assertj.core.api.Assertions.assertThat;

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
        return MessageStore.open(
                StoreConfig.in(Path.of("/store"))
                        .withFlushMode(FlushMode.ASYNC_FLUSH)
                        .withLogSegmentBytes(64 * 1024)
                        .withDiskFreeMinBytes(0),
                disk,
                Clock.systemUTC());
    }

    private static void append(MessageStore store, String body) {
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
                        true))
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

    @Test
    void aLogThatTheDiskDoesNotTakeLeavesTheFileAsItWas() {
        LossyDisk disk = new LossyDisk(1);
        MessageStore store = open(disk);
        BehindTheLog table = new BehindTheLog(store, store.table(TABLE));
        append(store, "a");
        table.accept("one message");
        append(store, "b");
        disk.failForces();
        table.accept("two messages");
        assertThat(saved(store)).isEqualTo("one message");
        assertThat(store.health().writable()).isFalse();
        store.close();
    }
}

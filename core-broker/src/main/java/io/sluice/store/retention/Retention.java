package io.sluice.store.retention;

import io.sluice.runtime.Duty;
import io.sluice.store.dispatch.Admission;
import io.sluice.store.file.Disk;
import io.sluice.store.index.KeyIndex;
import io.sluice.store.log.CommitLog;
import io.sluice.store.queue.QueueWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the disk every second and at the age of segments every ten. */
public final class Retention implements Duty {
    private static final long WATERMARK_EVERY_NANOS = 1_000_000_000L;
    private static final long DELETE_EVERY_NANOS = 10_000_000_000L;
    private static final long UNMAP_EVERY_NANOS = 600_000_000_000L;
    private static final int DELETE_MAX_PER_ROUND = 10;
    /** Room that must come back before refused appends are taken again, so that it does not flap. */
    private static final double RESUME_MARGIN = 0.005;

    private static final Logger log = LoggerFactory.getLogger(Retention.class);

    private final CommitLog commitLog;
    private final QueueWriter queueWriter;
    /** {@code null} when keys are not indexed. */
    private final KeyIndex index;

    private final Admission admission;
    private final Disk disk;
    private volatile RetentionConfig config;
    private final LongSupplier durablePosition;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private long watermarkAtNanos;
    private long deletedAtNanos;
    private long unmappedAtNanos;
    private boolean refusingForBytes;
    private boolean refusingForRatio;
    private final Path root;
    private volatile Disk.Space space = new Disk.Space(0, 0, 0);

    /**
     * @param root            where queues, index and tables are, perhaps on another disk than the log
     * @param durablePosition log offset below which queues and index survive a power cut: nothing above it is deleted
     */
    public Retention(
            Path root,
            CommitLog commitLog,
            QueueWriter queueWriter,
            KeyIndex index,
            Admission admission,
            Disk disk,
            RetentionConfig config,
            LongSupplier durablePosition,
            InstantSource clock,
            LongSupplier nanos) {
        this.root = root;
        this.commitLog = commitLog;
        this.queueWriter = queueWriter;
        this.index = index;
        this.admission = admission;
        this.disk = disk;
        this.config = config;
        this.durablePosition = durablePosition;
        this.clock = clock;
        this.nanos = nanos;
        long now = nanos.getAsLong();
        this.watermarkAtNanos = now - WATERMARK_EVERY_NANOS;
        this.deletedAtNanos = now;
        this.unmappedAtNanos = now;
    }

    @Override
    public String role() {
        return "retention";
    }

    @Override
    public long idleNanos() {
        return WATERMARK_EVERY_NANOS;
    }

    public RetentionConfig config() {
        return config;
    }

    /** Counts from the next look at the disk on. */
    public void config(RetentionConfig changed) {
        config = changed;
    }

    /** What the file system said last. */
    public Disk.Space space() {
        return space;
    }

    /** Always 0: one look per second is enough. */
    @Override
    public synchronized int work() throws IOException {
        long now = nanos.getAsLong();
        if (now - watermarkAtNanos >= WATERMARK_EVERY_NANOS) {
            watermarkAtNanos = now;
            checkSpace();
        }
        boolean pressed = space.usedRatio() > config.forceRatio();
        if (now - deletedAtNanos >= (pressed ? WATERMARK_EVERY_NANOS : DELETE_EVERY_NANOS)) {
            deletedAtNanos = now;
            deleteOld();
        }
        if (now - unmappedAtNanos >= UNMAP_EVERY_NANOS) {
            unmappedAtNanos = now;
            commitLog.unmapIdle();
        }
        return 0;
    }

    /** Asks the file system, and lets appends in or not. The fuller one of two disks counts. */
    public synchronized void checkSpace() throws IOException {
        space = disk.space(commitLog.directory());
        Disk.Space other = disk.space(root);
        refusingForBytes = Math.min(space.usable(), other.usable())
                < config.freeMinBytes() * (refusingForBytes ? 1 + RESUME_MARGIN : 1);
        refusingForRatio = Math.max(space.usedRatio(), other.usedRatio())
                > config.fullRatio() - (refusingForRatio ? RESUME_MARGIN : 0);
        if (refusingForBytes) {
            boolean log = space.usable() <= other.usable();
            admission.overWatermark(
                    "the disk of %s has %d MiB left; diskFreeMinBytes is %d MiB. Make room, sends resume by themselves"
                            .formatted(
                                    log ? commitLog.directory() : root,
                                    (log ? space : other).usable() >> 20,
                                    config.freeMinBytes() >> 20));
        } else if (refusingForRatio) {
            boolean log = space.usedRatio() >= other.usedRatio();
            admission.overWatermark(
                    "the disk of %s is used to %.1f percent; diskSpaceWarningLevelRatio is %.1f. Make room, sends resume by themselves"
                            .formatted(
                                    log ? commitLog.directory() : root,
                                    (log ? space : other).usedRatio() * 100,
                                    config.fullRatio() * 100));
        } else {
            admission.underWatermark();
        }
    }

    private void deleteOld() throws IOException {
        boolean anyHour = space.usedRatio() > config.maxUsedRatio();
        boolean anyAge = space.usedRatio() > config.forceRatio();
        boolean hour = config.deleteHours()
                .contains(Instant.ofEpochMilli(clock.millis())
                        .atZone(ZoneId.systemDefault())
                        .getHour());
        int deleted = 0;
        if (hour || anyHour) {
            while (deleted < DELETE_MAX_PER_ROUND && oldestIsExpired() && deleteOldest("expired")) {
                deleted++;
            }
        }
        if (anyAge
                && deleted == 0
                && deleteOldest("the disk is used to %.1f percent".formatted(space.usedRatio() * 100))) {
            deleted++;
        }
        if (deleted > 0) {
            deleteDerived();
            space = disk.space(commitLog.directory());
        }
    }

    private boolean oldestIsExpired() throws IOException {
        OptionalLong newest = commitLog.oldestSegmentEndMs();
        long lastMs = newest.isPresent() ? newest.getAsLong() : commitLog.oldestSegmentModifiedMs();
        return clock.millis() - lastMs > TimeUnit.HOURS.toMillis(config.reservedHours());
    }

    private boolean deleteOldest(String why) throws IOException {
        long limit = commitLog.oldestSegmentLimit();
        if (limit < 0) {
            return false;
        }
        if (limit > durablePosition.getAsLong()) {
            queueWriter.forceSoon();
            return false;
        }
        long from = commitLog.min();
        if (!commitLog.deleteOldest()) {
            return false;
        }
        log.info("deleted the log from {} to {}: {}", from, commitLog.min(), why);
        return true;
    }

    /** Queue and index files that only lead to what is gone. */
    private int deleteDerived() throws IOException {
        int queueFiles = queueWriter.deleteBefore(commitLog.min());
        int indexFiles = index == null ? 0 : index.deleteBefore(commitLog.min());
        if (queueFiles + indexFiles > 0) {
            log.info("deleted {} queue files and {} index files that led to it", queueFiles, indexFiles);
        }
        return queueFiles + indexFiles;
    }

    /** Deletes queue and index files that lead to nothing any more, now; how many. */
    public synchronized int deleteUnbacked() throws IOException {
        return deleteDerived();
    }

    /** Deletes what has expired now, whatever the hour; the number of segments deleted. */
    public synchronized int deleteExpired() throws IOException {
        int deleted = 0;
        while (oldestIsExpired() && deleteOldest("expired, asked for")) {
            deleted++;
        }
        if (deleted > 0) {
            deleteDerived();
        }
        return deleted;
    }
}

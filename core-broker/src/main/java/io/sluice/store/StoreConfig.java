package io.sluice.store;

import io.sluice.store.log.FlushMode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How a store works; the RocketMQ configuration key of each component stands in brackets. Values are checked here, so a
 * store never meets a wrong one.
 *
 * @param directory             root of the store (storePathRootDir)
 * @param logDirectory          the log's segments (storePathCommitLog), default {@code commitlog} below the root
 * @param logSegmentBytes       length of one log file (mappedFileSizeCommitLog); 0: that of the files found, else 1 GiB
 * @param queueSegmentBytes     length of one queue file (mappedFileSizeConsumeQueue), rounded up to a multiple of 20;
 *                              0: that of the files found, else 6 000 000
 * @param indexSlots            hash slots of one index file (maxHashSlotNum); 0: those of the files found, else 5 000 000
 * @param indexEntries          entries of one index file (maxIndexNum); 0: those of the files found, else 20 000 000
 * @param indexEnabled          whether keys are indexed (messageIndexEnable)
 * @param storeHost             address that records and message ids carry (brokerIP1 and listenPort)
 * @param maxMessageBytes       largest body (maxMessageSize)
 * @param flushMode             what an acknowledgement means (flushDiskType)
 * @param flushIntervalMs       pause between two flushes when nobody waits (flushIntervalCommitLog)
 * @param flushLeastPages       pages of 4 KiB that make such a flush worthwhile (flushCommitLogLeastPages)
 * @param flushThoroughMs       after this time even less is flushed (flushCommitLogThoroughInterval)
 * @param syncFlushTimeoutMs    how long an append waits for the disk before it is answered with doubt (syncFlushTimeout)
 * @param queueFlushMs          pause between two writes of queue entries to their files (flushIntervalConsumeQueue)
 * @param queueForceMs          pause between two rounds that force queue files to the disk
 *                              (flushConsumeQueueThoroughInterval)
 * @param reservedHours         age at which log files may be deleted (fileReservedTime)
 * @param deleteWhen            hours of the day, {@code ;} separated, at which old files are deleted (deleteWhen)
 * @param diskMaxUsedRatio      used part of the disk, 0..1, from which old files are deleted at any hour
 *                              (diskMaxUsedSpaceRatio, in percent there)
 * @param diskForceRatio        used part from which the oldest files are deleted whatever their age
 *                              (diskSpaceCleanForciblyRatio)
 * @param diskFullRatio         used part from which appends are refused (diskSpaceWarningLevelRatio)
 * @param diskFreeMinBytes      free bytes below which appends are refused
 * @param delayLevels           the delay of each level of the delay topic (messageDelayLevel)
 * @param checkOnRead           whether every read compares the body's checksum
 */
public record StoreConfig(
        Path directory,
        Path logDirectory,
        int logSegmentBytes,
        int queueSegmentBytes,
        int indexSlots,
        int indexEntries,
        boolean indexEnabled,
        InetSocketAddress storeHost,
        int maxMessageBytes,
        FlushMode flushMode,
        int flushIntervalMs,
        int flushLeastPages,
        int flushThoroughMs,
        int syncFlushTimeoutMs,
        int queueFlushMs,
        int queueForceMs,
        int reservedHours,
        String deleteWhen,
        double diskMaxUsedRatio,
        double diskForceRatio,
        double diskFullRatio,
        long diskFreeMinBytes,
        String delayLevels,
        boolean checkOnRead) {

    public static final String DELAY_LEVELS_DEFAULT = "1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h";
    public static final long DISK_FREE_MIN_DEFAULT = 256L * 1024 * 1024;

    public StoreConfig {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(logDirectory, "logDirectory");
        Objects.requireNonNull(storeHost, "storeHost");
        Objects.requireNonNull(flushMode, "flushMode");
        Objects.requireNonNull(deleteWhen, "deleteWhen");
        Objects.requireNonNull(delayLevels, "delayLevels");
        notNegative("mappedFileSizeCommitLog", logSegmentBytes);
        notNegative("mappedFileSizeConsumeQueue", queueSegmentBytes);
        notNegative("maxHashSlotNum", indexSlots);
        notNegative("maxIndexNum", indexEntries);
        atLeastOne("maxMessageSize", maxMessageBytes);
        atLeastOne("flushIntervalCommitLog", flushIntervalMs);
        notNegative("flushCommitLogLeastPages", flushLeastPages);
        atLeastOne("flushCommitLogThoroughInterval", flushThoroughMs);
        atLeastOne("syncFlushTimeout", syncFlushTimeoutMs);
        atLeastOne("flushIntervalConsumeQueue", queueFlushMs);
        atLeastOne("flushConsumeQueueThoroughInterval", queueForceMs);
        atLeastOne("fileReservedTime", reservedHours);
        ratio("diskMaxUsedSpaceRatio", diskMaxUsedRatio);
        ratio("diskSpaceCleanForciblyRatio", diskForceRatio);
        ratio("diskSpaceWarningLevelRatio", diskFullRatio);
        if (diskFreeMinBytes < 0) {
            throw new IllegalArgumentException("diskFreeMinBytes %d is negative".formatted(diskFreeMinBytes));
        }
        if (storeHost.isUnresolved()) {
            throw new IllegalArgumentException(
                    "store host %s is not resolved; give an IP address".formatted(storeHost));
        }
    }

    /** The defaults below this directory; the store host is the loopback address with port 10911 until it is given. */
    public static StoreConfig in(Path directory) {
        return new StoreConfig(
                directory,
                directory.resolve("commitlog"),
                0,
                0,
                0,
                0,
                true,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 10911),
                4 * 1024 * 1024,
                FlushMode.ASYNC_FLUSH,
                500,
                4,
                10_000,
                5_000,
                1_000,
                60_000,
                72,
                "04",
                0.75,
                0.85,
                0.90,
                DISK_FREE_MIN_DEFAULT,
                DELAY_LEVELS_DEFAULT,
                true);
    }

    private static void notNegative(String key, int value) {
        if (value < 0) {
            throw new IllegalArgumentException("%s %d is negative; expected 0 or more".formatted(key, value));
        }
    }

    private static void atLeastOne(String key, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("%s %d is too small; expected 1 or more".formatted(key, value));
        }
    }

    private static void ratio(String key, double value) {
        if (!(value > 0.0 && value <= 1.0)) {
            throw new IllegalArgumentException(
                    "%s %s is out of range; expected more than 0, at most 1".formatted(key, value));
        }
    }

    public StoreConfig withLogDirectory(Path changed) {
        return changed(draft -> draft.logDirectory = changed);
    }

    public StoreConfig withLogSegmentBytes(int changed) {
        return changed(draft -> draft.logSegmentBytes = changed);
    }

    public StoreConfig withQueueSegmentBytes(int changed) {
        return changed(draft -> draft.queueSegmentBytes = changed);
    }

    public StoreConfig withIndexSlots(int changed) {
        return changed(draft -> draft.indexSlots = changed);
    }

    public StoreConfig withIndexEntries(int changed) {
        return changed(draft -> draft.indexEntries = changed);
    }

    public StoreConfig withIndexEnabled(boolean changed) {
        return changed(draft -> draft.indexEnabled = changed);
    }

    public StoreConfig withStoreHost(InetSocketAddress changed) {
        return changed(draft -> draft.storeHost = changed);
    }

    public StoreConfig withMaxMessageBytes(int changed) {
        return changed(draft -> draft.maxMessageBytes = changed);
    }

    public StoreConfig withFlushMode(FlushMode changed) {
        return changed(draft -> draft.flushMode = changed);
    }

    public StoreConfig withFlushIntervalMs(int changed) {
        return changed(draft -> draft.flushIntervalMs = changed);
    }

    public StoreConfig withFlushLeastPages(int changed) {
        return changed(draft -> draft.flushLeastPages = changed);
    }

    public StoreConfig withFlushThoroughMs(int changed) {
        return changed(draft -> draft.flushThoroughMs = changed);
    }

    public StoreConfig withSyncFlushTimeoutMs(int changed) {
        return changed(draft -> draft.syncFlushTimeoutMs = changed);
    }

    public StoreConfig withQueueFlushMs(int changed) {
        return changed(draft -> draft.queueFlushMs = changed);
    }

    public StoreConfig withQueueForceMs(int changed) {
        return changed(draft -> draft.queueForceMs = changed);
    }

    public StoreConfig withReservedHours(int changed) {
        return changed(draft -> draft.reservedHours = changed);
    }

    public StoreConfig withDeleteWhen(String changed) {
        return changed(draft -> draft.deleteWhen = changed);
    }

    public StoreConfig withDiskMaxUsedRatio(double changed) {
        return changed(draft -> draft.diskMaxUsedRatio = changed);
    }

    public StoreConfig withDiskForceRatio(double changed) {
        return changed(draft -> draft.diskForceRatio = changed);
    }

    public StoreConfig withDiskFullRatio(double changed) {
        return changed(draft -> draft.diskFullRatio = changed);
    }

    public StoreConfig withDiskFreeMinBytes(long changed) {
        return changed(draft -> draft.diskFreeMinBytes = changed);
    }

    public StoreConfig withDelayLevels(String changed) {
        return changed(draft -> draft.delayLevels = changed);
    }

    public StoreConfig withCheckOnRead(boolean changed) {
        return changed(draft -> draft.checkOnRead = changed);
    }

    private StoreConfig changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.finished();
    }

    /** The components while they are being changed, so that a change names only what it changes. */
    private static final class Draft {
        Path directory;
        Path logDirectory;
        int logSegmentBytes;
        int queueSegmentBytes;
        int indexSlots;
        int indexEntries;
        boolean indexEnabled;
        InetSocketAddress storeHost;
        int maxMessageBytes;
        FlushMode flushMode;
        int flushIntervalMs;
        int flushLeastPages;
        int flushThoroughMs;
        int syncFlushTimeoutMs;
        int queueFlushMs;
        int queueForceMs;
        int reservedHours;
        String deleteWhen;
        double diskMaxUsedRatio;
        double diskForceRatio;
        double diskFullRatio;
        long diskFreeMinBytes;
        String delayLevels;
        boolean checkOnRead;

        Draft(StoreConfig from) {
            directory = from.directory;
            logDirectory = from.logDirectory;
            logSegmentBytes = from.logSegmentBytes;
            queueSegmentBytes = from.queueSegmentBytes;
            indexSlots = from.indexSlots;
            indexEntries = from.indexEntries;
            indexEnabled = from.indexEnabled;
            storeHost = from.storeHost;
            maxMessageBytes = from.maxMessageBytes;
            flushMode = from.flushMode;
            flushIntervalMs = from.flushIntervalMs;
            flushLeastPages = from.flushLeastPages;
            flushThoroughMs = from.flushThoroughMs;
            syncFlushTimeoutMs = from.syncFlushTimeoutMs;
            queueFlushMs = from.queueFlushMs;
            queueForceMs = from.queueForceMs;
            reservedHours = from.reservedHours;
            deleteWhen = from.deleteWhen;
            diskMaxUsedRatio = from.diskMaxUsedRatio;
            diskForceRatio = from.diskForceRatio;
            diskFullRatio = from.diskFullRatio;
            diskFreeMinBytes = from.diskFreeMinBytes;
            delayLevels = from.delayLevels;
            checkOnRead = from.checkOnRead;
        }

        StoreConfig finished() {
            return new StoreConfig(
                    directory,
                    logDirectory,
                    logSegmentBytes,
                    queueSegmentBytes,
                    indexSlots,
                    indexEntries,
                    indexEnabled,
                    storeHost,
                    maxMessageBytes,
                    flushMode,
                    flushIntervalMs,
                    flushLeastPages,
                    flushThoroughMs,
                    syncFlushTimeoutMs,
                    queueFlushMs,
                    queueForceMs,
                    reservedHours,
                    deleteWhen,
                    diskMaxUsedRatio,
                    diskForceRatio,
                    diskFullRatio,
                    diskFreeMinBytes,
                    delayLevels,
                    checkOnRead);
        }
    }
}

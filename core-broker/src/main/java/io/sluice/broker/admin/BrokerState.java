package io.sluice.broker.admin;

import io.sluice.broker.delay.DelayService;
import io.sluice.broker.metrics.BrokerMetrics;
import io.sluice.broker.metrics.Counter;
import io.sluice.broker.pull.ParkingLot;
import io.sluice.port.Records;
import io.sluice.store.MessageStore;
import io.sluice.store.StoreHealth;
import io.sluice.wire.message.MessageView;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The state of the broker as name and value, under the names that tools and dashboards of RocketMQ read. What this broker
 * has no counterpart for (thread pools with queues, a timer wheel) is told as idle. May wait for the disk.
 */
public final class BrokerState {
    private static final long DAY_MS = Duration.ofDays(1).toMillis();
    private static final long[] RATE_SPANS_MS = {10_000, 60_000, 600_000};
    private static final String IDLE = "0";
    private static final String[] POOLS = {"send", "pull", "litePull", "query", "ack"};
    private static final String[] IDLE_TIMER = {
        "timerReadBehind", "timerOffsetBehind", "timerCongestNum", "timerEnqueueTps", "timerDequeueTps"
    };

    private final MessageStore store;
    private final BrokerMetrics metrics;
    private final DelayService delays;
    private final ParkingLot lot;
    private final InstantSource clock;
    private final Version version;
    private final long startedAtMs;

    /**
     * What the broker says it is.
     *
     * @param ordinal     number of the release whose protocol it speaks
     * @param description the same as text
     */
    public record Version(int ordinal, String description) {}

    public BrokerState(
            MessageStore store,
            BrokerMetrics metrics,
            DelayService delays,
            ParkingLot lot,
            InstantSource clock,
            Version version) {
        this.store = Objects.requireNonNull(store, "store");
        this.metrics = Objects.requireNonNull(metrics, "metrics");
        this.delays = Objects.requireNonNull(delays, "delays");
        this.lot = Objects.requireNonNull(lot, "lot");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.version = Objects.requireNonNull(version, "version");
        this.startedAtMs = clock.millis();
    }

    public Map<String, String> table() {
        Map<String, String> table = new TreeMap<>();
        addIdentity(table);
        addTotals(table);
        addRates(table);
        addStore(table);
        addPools(table);
        delays.progress()
                .forEach(
                        (level, range) -> table.put("scheduleMessageOffset_" + level, range.min() + "," + range.max()));
        return table;
    }

    private void addIdentity(Map<String, String> table) {
        Duration up = Duration.ofMillis(clock.millis() - startedAtMs);
        table.put("brokerActive", "true");
        table.put("brokerVersion", Integer.toString(version.ordinal()));
        table.put("brokerVersionDesc", version.description());
        table.put("bootTimestamp", Long.toString(startedAtMs));
        table.put("startAcceptSendRequestTimeStamp", IDLE);
        table.put(
                "runtime",
                "[ %d days, %d hours, %d minutes, %d seconds ]"
                        .formatted(up.toDays(), up.toHoursPart(), up.toMinutesPart(), up.toSecondsPart()));
    }

    private void addTotals(Map<String, String> table) {
        long midnight = Instant.ofEpochMilli(clock.millis())
                .atZone(ZoneId.systemDefault())
                .toLocalDate()
                .atStartOfDay(ZoneId.systemDefault())
                .toInstant()
                .toEpochMilli();
        addTotals(table, "msgPutTotal", metrics.messagesStored(), midnight);
        addTotals(table, "msgGetTotal", metrics.messagesRead(), midnight);
        long stored = metrics.messagesStored().total();
        table.put("putMessageTimesTotal", Long.toString(stored));
        table.put("putMessageSizeTotal", Long.toString(metrics.bytesStored().total()));
        table.put(
                "getMessageExpiredTotal",
                Long.toString(metrics.messagesExpired().total()));
        table.put("putMessageFailedTimes", Long.toString(metrics.sendsRefused().total()));
        table.put(
                "putMessageAverageSize",
                decimal(stored == 0 ? 0 : (double) metrics.bytesStored().total() / stored));
    }

    private static void addTotals(Map<String, String> table, String prefix, Counter counter, long midnight) {
        table.put(prefix + "YesterdayMorning", Long.toString(counter.totalAt(midnight - DAY_MS)));
        table.put(prefix + "TodayMorning", Long.toString(counter.totalAt(midnight)));
        table.put(prefix + "TodayNow", Long.toString(counter.total()));
    }

    private void addRates(Map<String, String> table) {
        table.put("putTps", rates(metrics.messagesStored()));
        table.put("getTransferredTps", rates(metrics.messagesRead()));
        table.put("getFoundTps", rates(metrics.readsFound()));
        table.put("getMissTps", rates(metrics.readsMissed()));
        table.put(
                "getTotalTps",
                LongStream.of(RATE_SPANS_MS)
                        .mapToObj(
                                span -> decimal(metrics.readsFound().last(span).perSecond()
                                        + metrics.readsMissed().last(span).perSecond()))
                        .collect(Collectors.joining(" ")));
    }

    private static String rates(Counter counter) {
        return LongStream.of(RATE_SPANS_MS)
                .mapToObj(span -> decimal(counter.last(span).perSecond()))
                .collect(Collectors.joining(" "));
    }

    private void addStore(Map<String, String> table) {
        StoreHealth health = store.health();
        String used = decimal(health.diskUsedRatio());
        table.put("commitLogMinOffset", Long.toString(health.logMin()));
        table.put("commitLogMaxOffset", Long.toString(health.logEnd()));
        table.put("commitLogDiskRatio", used);
        table.put("consumeQueueDiskRatio", used);
        table.put("commitLogDirCapacity", capacity(health));
        table.put("remainHowManyDataToFlush", (health.logEnd() - health.flushedTo()) + " B");
        table.put("remainHowManyDataToCommit", "0 B");
        table.put("remainTransientStoreBufferNumbs", IDLE);
        table.put("dispatchBehindBytes", Long.toString(health.logEnd() - health.indexedTo()));
        table.put("dispatchMaxBuffer", IDLE);
        table.put("pageCacheLockTimeMills", IDLE);
        table.put("earliestMessageTimeStamp", Long.toString(earliestStoredAtMs(health.logMin())));
    }

    private static String capacity(StoreHealth health) {
        double gib = 1024.0 * 1024 * 1024;
        double free = health.diskFreeBytes() / gib;
        double total = health.diskUsedRatio() >= 1 ? free : free / (1 - health.diskUsedRatio());
        return String.format(Locale.ROOT, "Total : %.1f GiB, Free : %.1f GiB.", total, free);
    }

    private long earliestStoredAtMs(long logMin) {
        try (Records first = store.recordAt(logMin)) {
            return first.slices().isEmpty()
                    ? -1
                    : MessageView.of(first.slices().get(0)).storedAtMs();
        }
    }

    private void addPools(Map<String, String> table) {
        for (String pool : POOLS) {
            table.put(pool + "ThreadPoolQueueSize", IDLE);
            table.put(pool + "ThreadPoolQueueHeadWaitTimeMills", IDLE);
            table.put(pool + "ThreadPoolQueueCapacity", IDLE);
        }
        table.put("EndTransactionQueueSize", IDLE);
        table.put("EndTransactionThreadPoolQueueCapacity", IDLE);
        for (String key : IDLE_TIMER) {
            table.put(key, IDLE);
        }
        table.put("putMessageEntireTimeMax", IDLE);
        table.put("getMessageEntireTimeMax", IDLE);
        table.put("putMessageDistributeTime", "");
        table.put("putLatency99", IDLE);
        table.put("putLatency999", IDLE);
        table.put("parkedReads", Integer.toString(lot.parked()));
    }

    private static String decimal(double value) {
        return Double.toString(value);
    }
}

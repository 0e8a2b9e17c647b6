package io.sluice.broker.lease;

import io.sluice.model.SluiceException;
import io.sluice.port.OffsetRange;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.runtime.Duty;
import io.sluice.runtime.DutyThread;
import io.sluice.store.QueueRead;
import io.sluice.store.log.AppendResult;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Facts of cursors as records of an internal topic. Any thread hands facts in; the {@code lease-journal} thread puts what
 * has come meanwhile into one record, so that a settlement costs a few bytes when there are many. Facts are written in the
 * order they were handed in.
 *
 * <p>Where a cursor begins, and that it is no more, is told to those who wait when the disk has it, whether or not the store waits for
 * the disk otherwise: what a power cut leaves of the later facts of a cursor means nothing without it. It happens once for a group
 * and queue.
 *
 * <p>Bounded: when {@value #INBOX_MAX} entries wait, facts that somebody waits for are refused, the others dropped; those
 * are only such that are found out again after a restart.
 */
final class CursorJournal implements Duty, AutoCloseable {
    static final String TOPIC = "rmq_sys_sluice_cursor";
    static final int QUEUE_ID = 0;
    static final int INBOX_MAX = 65_536;

    private static final Logger log = LoggerFactory.getLogger(CursorJournal.class);
    /** A record is closed when it has about this many bytes. */
    private static final int RECORD_BYTES = 16 * 1024;

    private static final int FACT_BYTES = 8;
    private static final int FLIGHTS_MAX = 64;
    private static final long LANDING_MAX_MS = 10_000;
    private static final int READ_MESSAGES = 32;
    private static final int READ_BYTES = 1024 * 1024;
    private static final long LONGEST_SLEEP_NANOS = 1_000_000_000L;
    private static final InetSocketAddress BORN_HOST = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final LeaseLog store;
    private final ArrayBlockingQueue<Entry> inbox = new ArrayBlockingQueue<>(INBOX_MAX);
    /** Records on their way, oldest first. Confined to the journal's thread. */
    private final Deque<Flight> flights = new ArrayDeque<>();
    /** Every record below is in the log and its facts are known to the cursors. Written by the journal's thread. */
    private volatile long appliedTo;
    /** Bytes of facts written since the journal was opened. Written by the journal's thread. */
    private volatile long bytesWritten;

    private volatile DutyThread thread;
    private volatile boolean closed;

    private sealed interface Entry {}

    /** @param written {@code null} when nobody waits */
    private record Told(CursorKey key, List<CursorFact> facts, CompletableFuture<Void> written) implements Entry {}

    /**
     * Facts that hold together with records of others, as one bundle.
     *
     * @param isFreeing see {@link LeaseLog#appendFreeing}
     */
    private record Joint(
            List<NewRecord> records,
            Map<CursorKey, List<CursorFact>> facts,
            boolean isFreeing,
            CompletableFuture<List<AppendResult>> written)
            implements Entry {}

    /** One record on its way into the log. */
    private static final class Flight {
        private final List<CompletableFuture<Void>> written;
        /** Whether cursors begin or end with it. */
        private final boolean isLasting;
        /** Whoever waits for the bundle that the record is part of; {@code null} when it is in none. */
        private final Joint joint;
        /** Of the other records of the bundle. */
        private List<AppendResult> others = List.of();
        /** Completes after {@link #result} is set. */
        private final CompletableFuture<Void> landed = new CompletableFuture<>();

        private volatile AppendResult result;

        Flight(List<CompletableFuture<Void>> written, boolean isLasting, Joint joint) {
            this.written = written;
            this.isLasting = isLasting;
            this.joint = joint;
        }
    }

    /** @param next offset of the journal's queue at which this run of the broker begins to write */
    CursorJournal(LeaseLog store, long next) {
        this.store = store;
        this.appliedTo = next;
    }

    void start() {
        thread = DutyThread.start(this);
    }

    /**
     * Tells what the journal holds from this offset on, in order.
     *
     * @return where the journal ends
     */
    static long replay(LeaseLog store, long from, BiConsumer<CursorKey, CursorFact> each) {
        OffsetRange range = store.range(TOPIC, QUEUE_ID);
        if (from < range.min()) {
            log.warn(
                    "the journal of cursors begins at {}, but its snapshot ends at {}: what was settled in between may be"
                            + " delivered again",
                    range.min(),
                    from);
        }
        long next = Math.max(from, range.min());
        long mendedAt = -1;
        while (next < range.max()) {
            try (QueueRead read = store.read(TOPIC, QUEUE_ID, next, EntryFilter.ALL, READ_MESSAGES, READ_BYTES)) {
                for (int i = 0; i < read.slices().size(); i++) {
                    tell(read.slices().get(i), read.queueOffsets()[i], each);
                }
                if (read.nextOffset() <= next && mendedAt < next && store.mendNow()) {
                    mendedAt = next;
                } else if (read.nextOffset() <= next) {
                    throw new SluiceException(
                            "the journal of cursors cannot be read at %s/%d offset %d (%s); expected records up to %d"
                                    .formatted(TOPIC, QUEUE_ID, next, read.status(), range.max()));
                }
                next = read.nextOffset();
            }
        }
        return range.max();
    }

    private static void tell(ByteBuffer record, long offset, BiConsumer<CursorKey, CursorFact> each) {
        try {
            FactCodec.decodeRecord(MessageView.of(record).storedBody(), each);
        } catch (IllegalArgumentException damaged) {
            throw new SluiceException(
                    "record %d of %s holds no facts of cursors: %s".formatted(offset, TOPIC, damaged.getMessage()),
                    damaged);
        }
    }

    /** Writes facts of one cursor; completes when they have the durability of the store, on the journal's thread. */
    CompletionStage<Void> write(CursorKey key, List<CursorFact> facts) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        try {
            write(key, facts, written);
        } catch (RefusedException refused) {
            written.completeExceptionally(refused);
        }
        return written;
    }

    /**
     * As the other, for facts of which the cursors take note only when they are written.
     *
     * @param written completes on the journal's thread; what depends on it by now is done before a snapshot may leave the
     *                facts out
     * @throws RefusedException when nothing was tried
     */
    void write(CursorKey key, List<CursorFact> facts, CompletableFuture<Void> written) {
        if (closed) {
            throw stopping();
        }
        if (!inbox.offer(new Told(key, facts, written))) {
            throw full();
        }
        wake();
    }

    private static RefusedException full() {
        return new RefusedException(
                Refusal.OVERLOADED,
                "%d settlements wait to be written, which is the limit; try again later".formatted(INBOX_MAX));
    }

    /**
     * Writes facts and other records as one bundle.
     *
     * @param isFreeing see {@link LeaseLog#appendFreeing}
     * @param written completes on the journal's thread with what became of the records, in the order given; what depends on it
     *                by then is done before a snapshot may leave the facts out
     * @throws RefusedException when nothing was tried
     */
    void write(
            List<NewRecord> records,
            Map<CursorKey, List<CursorFact>> facts,
            boolean isFreeing,
            CompletableFuture<List<AppendResult>> written) {
        if (closed) {
            throw stopping();
        }
        if (!inbox.offer(new Joint(records, facts, isFreeing, written))) {
            throw full();
        }
        wake();
    }

    private static RefusedException stopping() {
        return new RefusedException(Refusal.UNAVAILABLE, "the broker is stopping; settle again when it is back");
    }

    /** Writes facts that are found out again should they be lost. */
    void note(CursorKey key, List<CursorFact> facts) {
        if (!facts.isEmpty() && !closed && inbox.offer(new Told(key, facts, null))) {
            wake();
        }
    }

    private void wake() {
        DutyThread running = thread;
        if (running != null) {
            running.wake();
        }
    }

    long appliedTo() {
        return appliedTo;
    }

    long bytesWritten() {
        return bytesWritten;
    }

    @Override
    public int work() {
        return land() + takeOff();
    }

    /** Tells the outcome of records to those who wait, in the order of the records. */
    private int land() {
        int landed = 0;
        while (!flights.isEmpty() && flights.peek().result != null) {
            Flight flight = flights.poll();
            RuntimeException failure = failureOf(flight);
            for (CompletableFuture<Void> written : flight.written) {
                if (failure == null) {
                    written.complete(null);
                } else {
                    written.completeExceptionally(failure);
                }
            }
            if (flight.joint != null) {
                flight.joint.written().complete(flight.others);
            }
            appliedTo = flight.result.fold(
                    stored -> stored.queueOffset() + 1,
                    doubt -> doubt.stored().queueOffset() + 1,
                    refused -> appliedTo);
            landed++;
        }
        return landed;
    }

    private RuntimeException failureOf(Flight flight) {
        return flight.result.fold(
                stored -> flight.isLasting && !store.force(stored.logOffset() + stored.size())
                        ? new RefusedException(
                                Refusal.UNAVAILABLE,
                                "where the group begins is in the log, but the disk did not take it; the broker has to be restarted")
                        : null,
                doubt -> new RefusedException(
                        Refusal.UNAVAILABLE,
                        "the settlement is in the log but the disk did not confirm it in time; settle again"),
                refused -> new RefusedException(
                        refusalOf(refused.reason()), "the settlement was not written: " + refused.sentence()));
    }

    static Refusal refusalOf(AppendResult.Reason reason) {
        return switch (reason) {
            case DISK_FULL -> Refusal.DISK_FULL;
            case OVERLOADED -> Refusal.OVERLOADED;
            case TOO_LARGE, PROPERTIES_TOO_LARGE -> Refusal.TOO_LARGE;
            case ILLEGAL, FLUSH_FAILED, READ_ONLY, CLOSED -> Refusal.UNAVAILABLE;
        };
    }

    private int takeOff() {
        if (flights.size() >= FLIGHTS_MAX || inbox.isEmpty()) {
            return 0;
        }
        if (inbox.peek() instanceof Joint joint) {
            inbox.poll();
            send(joint);
            return 1;
        }
        Map<CursorKey, List<CursorFact>> facts = new LinkedHashMap<>();
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        int bytes = 0;
        while (bytes < RECORD_BYTES && inbox.peek() instanceof Told entry) {
            inbox.poll();
            bytes += entry.facts().size() * FACT_BYTES;
            bytes += facts.containsKey(entry.key()) ? 0 : nameBytes(entry.key());
            facts.computeIfAbsent(entry.key(), none -> new ArrayList<>()).addAll(entry.facts());
            if (entry.written() != null) {
                waiting.add(entry.written());
            }
        }
        send(facts, waiting);
        return 1;
    }

    private static int nameBytes(CursorKey key) {
        return FACT_BYTES + key.group().value().length() + key.topic().value().length();
    }

    private void send(Map<CursorKey, List<CursorFact>> facts, List<CompletableFuture<Void>> waiting) {
        boolean isLasting = !waiting.isEmpty()
                && facts.values().stream().flatMap(List::stream).anyMatch(CursorJournal::isLasting);
        Flight flight = new Flight(waiting, isLasting, null);
        flights.add(flight);
        tried(() -> store.append(record(encoded(facts), !waiting.isEmpty()))).whenComplete((result, failed) -> {
            flight.result = failed == null ? result : asRefused(failed);
            flight.landed.complete(null);
            wake();
        });
    }

    private static boolean isLasting(CursorFact fact) {
        return fact instanceof CursorFact.Began || fact instanceof CursorFact.Forgotten;
    }

    private byte[] encoded(Map<CursorKey, List<CursorFact>> facts) {
        byte[] body = FactCodec.encodeRecord(facts);
        bytesWritten += body.length;
        return body;
    }

    /** A store that throws has refused: whoever waits is told, and those behind go on. */
    private static <T> CompletionStage<T> tried(Supplier<CompletionStage<T>> append) {
        try {
            return append.get();
        } catch (RuntimeException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    /** The facts come last: when the disk has them it has the others. */
    private void send(Joint joint) {
        Flight flight = new Flight(List.of(), false, joint);
        flights.add(flight);
        List<NewRecord> bundle = new ArrayList<>(joint.records());
        tried(() -> {
                    bundle.add(record(encoded(joint.facts()), true));
                    return joint.isFreeing() ? store.appendFreeing(bundle) : store.appendBundle(bundle);
                })
                .whenComplete((results, failed) -> {
                    AppendResult last = failed == null ? results.get(results.size() - 1) : asRefused(failed);
                    flight.others = failed == null
                            ? results.subList(0, results.size() - 1)
                            : Collections.nCopies(joint.records().size(), last);
                    flight.result = last;
                    flight.landed.complete(null);
                    wake();
                });
    }

    private static NewRecord record(byte[] body, boolean waits) {
        return new NewRecord(
                TOPIC, QUEUE_ID, 0, 0, 0, BORN_HOST, 0, 0, ByteBuffer.wrap(body), ByteBuffer.allocate(0), waits);
    }

    private static AppendResult asRefused(Throwable failed) {
        log.error("the store failed to take a record of cursors", failed);
        return new AppendResult.Refused(AppendResult.Reason.FLUSH_FAILED, String.valueOf(failed.getMessage()));
    }

    @Override
    public long idleNanos() {
        return LONGEST_SLEEP_NANOS;
    }

    @Override
    public String role() {
        return "lease-journal";
    }

    /** Writes what was handed in and waits for it, up to 10 s, then ends. Twice is harmless. */
    @Override
    public void close() {
        closed = true;
        DutyThread running = thread;
        if (running != null) {
            running.close();
        }
        while (work() > 0 || awaitLanding()) {
            log.debug("the journal of cursors writes what is left");
        }
        flights.forEach(flight -> {
            flight.written.forEach(written -> written.completeExceptionally(stopping()));
            if (flight.joint != null) {
                flight.joint.written().completeExceptionally(stopping());
            }
        });
        flights.clear();
    }

    /** Waits for the oldest record on its way; answers whether it landed. */
    private boolean awaitLanding() {
        Flight oldest = flights.peek();
        if (oldest == null) {
            return false;
        }
        try {
            oldest.landed.get(LANDING_MAX_MS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException late) {
            log.warn("{} records of cursors were not confirmed within {} ms", flights.size(), LANDING_MAX_MS);
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

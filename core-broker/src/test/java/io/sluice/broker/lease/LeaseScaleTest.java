package io.sluice.broker.lease;

import static io.sluice.broker.lease.LeaseBench.JOBS;
import static io.sluice.broker.lease.LeaseBench.LEASE;
import static io.sluice.broker.lease.LeaseBench.NO_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.lease.CursorFact.Settled;
import io.sluice.broker.topic.Expiry;
import io.sluice.filter.Filters;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.OffsetRange;
import io.sluice.store.QueueRead;
import io.sluice.store.log.AppendResult;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.NewRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What large backlogs and many cursors cost, counted in steps and bytes, not in time. */
class LeaseScaleTest {
    private static final int MANY = 1_000_000;
    private static final int TWO_MIB = 2 * 1024 * 1024;

    @Test
    void aMillionSettledAboveOneThatIsNotTakeLessThanTwoMebibytes() {
        SharedCursor cursor = new SharedCursor(new CursorKey(LeaseBench.CREW, JOBS, 0), 0, 100);
        for (long offset = 1; offset < 2L * MANY; offset += 2) {
            cursor.restore(new Settled(offset, offset + 1), 0, 16);
        }
        assertThat(cursor.low()).isZero();
        assertThat(cursor.isSettled(2L * MANY - 1)).isTrue();
        assertThat(cursor.settledBytes()).isLessThan(TWO_MIB);
    }

    @Test
    void leasingInTheMiddleOfABacklogLooksAtWhatItLendsAndNoMore() {
        long looked = entriesLookedFor(5 * MANY, 10 * MANY);
        assertThat(looked).isEqualTo(entriesLookedFor(0, 1_000));
        assertThat(looked).isLessThanOrEqualTo(64);
    }

    /** Entries looked at to lend 32 messages from there. */
    private static long entriesLookedFor(long from, long end) {
        EndlessLog log = new EndlessLog(end);
        SharedCursor cursor = new SharedCursor(new CursorKey(LeaseBench.CREW, JOBS, 0), from, 1_000);
        FilterPair all = FilterPair.compile(new Filters(), FilterExpression.ALL, FilterExpression.ALL);
        Gathering found = new Gathering(1, all, false, Expiry.NONE, 1, 0, 1_000, 16, 32, 1 << 20, Integer.MAX_VALUE);
        cursor.lender.lend(found, log);
        assertThat(found.lent()).hasSize(1);
        assertThat(found.lent().get(0).offset).isEqualTo(from);
        assertThat(found.lent().get(0).count()).isEqualTo(32);
        return log.looked;
    }

    @Test
    void tenThousandCursorsAtWhichNothingHappensNeedNothing() {
        LeaseBench bench = new LeaseBench(
                new LeaseRules("broker-a", 100, 100, 20_000, 1024, 1 << 20, Duration.ofDays(7), 1 << 20));
        for (int i = 0; i < 10_000; i++) {
            Leased none = LeaseGround.now(bench.ask(new LeaseRequest(
                    new GroupName("g" + i),
                    JOBS,
                    FilterExpression.ALL,
                    FilterExpression.ALL,
                    1,
                    LEASE,
                    NO_WAIT,
                    Start.FIRST)));
            assertThat(none.leases()).isEmpty();
        }
        long looked = bench.log.entriesLooked;
        bench.clock.pass(Duration.ofHours(1));
        assertThat(bench.service.keeper().work()).isZero();
        assertThat(bench.service.journal().work()).isZero();
        assertThat(bench.service.keeper().idleNanos()).isEqualTo(1_000_000_000L);
        assertThat(bench.log.entriesLooked).isEqualTo(looked);
    }

    /** One queue with so many entries, all the same message; what was looked at is counted. */
    private static final class EndlessLog implements LeaseLog {
        private final HeapLog one = new HeapLog(new ManualClock());
        private final long end;
        private long looked;

        EndlessLog(long end) {
            this.end = end;
            one.send(JOBS.value(), 0, "m");
        }

        @Override
        public OffsetRange range(String topic, int queueId) {
            return new OffsetRange(0, end);
        }

        @Override
        public QueueRead read(
                String topic, int queueId, long fromOffset, EntryFilter filter, int maxMessages, int maxBytes) {
            ByteBuffer record;
            try (QueueRead read = one.read(topic, queueId, 0, EntryFilter.ALL, 1, 1)) {
                record = read.slices().get(0);
            }
            int taken = 0;
            long at = fromOffset;
            long[] offsets = new long[maxMessages];
            while (taken < maxMessages && at < end) {
                looked++;
                if (filter.acceptsEntry(at, 0) && filter.acceptsRecord(at, record)) {
                    offsets[taken++] = at;
                }
                at++;
            }
            return new QueueRead(
                    QueueRead.Status.FOUND,
                    Collections.nCopies(taken, record),
                    offsets,
                    () -> {},
                    at,
                    range(topic, queueId));
        }

        @Override
        public boolean isCold(String topic, int queueId, long offset) {
            return false;
        }

        @Override
        public CompletionStage<AppendResult> append(NewRecord record) {
            throw new UnsupportedOperationException("nothing is written here");
        }

        @Override
        public CompletionStage<List<AppendResult>> appendBundle(List<NewRecord> records) {
            throw new UnsupportedOperationException("nothing is written here");
        }

        @Override
        public boolean mendNow() {
            return false;
        }

        @Override
        public long end() {
            throw new UnsupportedOperationException("nothing is written here");
        }

        @Override
        public boolean force(long logOffset) {
            throw new UnsupportedOperationException("nothing is written here");
        }

        @Override
        public CompletionStage<List<AppendResult>> appendFreeing(List<NewRecord> records) {
            throw new UnsupportedOperationException("nothing is written here");
        }
    }
}

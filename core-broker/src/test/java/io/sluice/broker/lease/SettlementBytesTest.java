package io.sluice.broker.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.Settlement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What settlements take in the log, whole records with everything around the facts: far less than the messages. */
class SettlementBytesTest {
    private static final int MESSAGES = 8192;
    private static final int AT_ONCE = 256;
    /** What a message without body, keys and properties takes, with its entry in the queue. */
    private static final int SMALLEST_MESSAGE_BYTES = 115;

    private final LeaseBench bench = new LeaseBench();

    private List<Lease> leaseAll() {
        for (int i = 0; i < MESSAGES; i++) {
            bench.log.send(LeaseBench.JOBS.value(), 0, "m");
        }
        List<Lease> leases = new ArrayList<>();
        while (leases.size() < MESSAGES) {
            leases.addAll(bench.lease(AT_ONCE));
        }
        return leases;
    }

    /** Bytes of journal for each message when they are settled in this order, so many on their way at a time. */
    private double bytesEach(List<Lease> order, int together) {
        int before = bench.log.count(CursorJournal.TOPIC, 0);
        for (int from = 0; from < order.size(); from += together) {
            List<Settlement> some = new ArrayList<>();
            order.subList(from, Math.min(order.size(), from + together))
                    .forEach(lease -> some.add(new Settlement.Ack(lease.receipt())));
            bench.settleAll(some);
        }
        long bytes = 0;
        for (int i = before; i < bench.log.count(CursorJournal.TOPIC, 0); i++) {
            bytes += bench.log.message(CursorJournal.TOPIC, 0, i).totalSize();
        }
        return (double) bytes / order.size();
    }

    private static List<Lease> everySecond(List<Lease> leases, int first) {
        List<Lease> some = new ArrayList<>();
        for (int i = first; i < leases.size(); i += 2) {
            some.add(leases.get(i));
        }
        return some;
    }

    @Test
    void inOrderSettlementsTakeLessThanAByteEach() {
        assertThat(bytesEach(leaseAll(), AT_ONCE)).isLessThan(1);
    }

    @Test
    void everySecondOneTakesThreeBytes() {
        assertThat(bytesEach(everySecond(leaseAll(), 0), AT_ONCE)).isBetween(3.0, 4.0);
    }

    @Test
    void inRandomOrderTheyTakeLessThanAFifteenthOfTheSmallestMessage() {
        List<Lease> leases = leaseAll();
        Collections.shuffle(leases, new Random(7));
        assertThat(bytesEach(leases, AT_ONCE)).isLessThan(SMALLEST_MESSAGE_BYTES / 15.0);
    }

    @Test
    void evenOneByOneWithNothingElseOnItsWayASettlementTakesNotMuchMoreThanTheSmallestMessage() {
        List<Lease> leases = leaseAll().subList(0, 500);
        assertThat(bytesEach(leases, 1)).isLessThan(1.5 * SMALLEST_MESSAGE_BYTES);
    }
}

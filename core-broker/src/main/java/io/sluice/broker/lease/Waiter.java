package io.sluice.broker.lease;

import io.sluice.port.LeaseReader.Leased;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;

/**
 * A request for leases that is not answered yet.
 *
 * @param number     order of coming, from 1
 * @param pops       whether its receipts are {@link PopHandle}s
 * @param queues     how many queues of the topic it may have messages from
 * @param messages   how many messages it wants at most
 * @param leaseMs    length of its leases
 * @param deadlineMs when it is answered even if there is nothing, epoch milliseconds
 * @param answer     whoever asked may cancel it: what is lent to it then comes back
 */
record Waiter(
        long number,
        Wanted wanted,
        boolean pops,
        int queues,
        int messages,
        long leaseMs,
        long deadlineMs,
        CompletableFuture<Leased> answer) {
    static final Comparator<Waiter> BY_DEADLINE =
            Comparator.comparingLong(Waiter::deadlineMs).thenComparingLong(Waiter::number);
}

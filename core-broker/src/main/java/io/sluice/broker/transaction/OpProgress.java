package io.sluice.broker.transaction;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * From where op records are still needed: those before tell of half messages that all ended below the low-water mark. Kept
 * for blocks of op records, so that it stays small however far the mark is behind. Confined to its owner's lock.
 */
final class OpProgress {
    private static final int BLOCK = 1024;

    private final Deque<Block> blocks = new ArrayDeque<>();
    private long next;

    private record Block(long firstOp, int ops, long maxHalf) {}

    OpProgress(long next) {
        this.next = next;
    }

    /** @param maxHalf the highest entry of the half queue that the op record ends */
    void add(long opOffset, long maxHalf) {
        next = opOffset + 1;
        Block last = blocks.peekLast();
        if (last != null && last.ops < BLOCK) {
            blocks.pollLast();
            blocks.add(new Block(last.firstOp, last.ops + 1, Math.max(last.maxHalf, maxHalf)));
        } else {
            blocks.add(new Block(opOffset, 1, maxHalf));
        }
    }

    /** @param low every half message below has ended */
    long neededFrom(long low) {
        while (!blocks.isEmpty() && blocks.peek().maxHalf < low) {
            blocks.poll();
        }
        return blocks.isEmpty() ? next : blocks.peek().firstOp;
    }
}

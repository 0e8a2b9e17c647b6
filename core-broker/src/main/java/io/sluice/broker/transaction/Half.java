package io.sluice.broker.transaction;

import io.sluice.model.GroupName;

/**
 * A half message that nobody has decided on.
 *
 * @param halfOffset entry in the half queue
 * @param logOffset  where it lies
 * @param group      who sent it
 * @param storedAtMs epoch milliseconds
 * @param askAtMs    not to be asked about before, epoch milliseconds
 * @param asked      how often its producers were asked
 */
record Half(long halfOffset, long logOffset, GroupName group, long storedAtMs, long askAtMs, int asked) {
    Half askedOnce() {
        return new Half(halfOffset, logOffset, group, storedAtMs, askAtMs, asked + 1);
    }

    Half later(long nextAskAtMs) {
        return new Half(halfOffset, logOffset, group, storedAtMs, nextAskAtMs, asked);
    }
}

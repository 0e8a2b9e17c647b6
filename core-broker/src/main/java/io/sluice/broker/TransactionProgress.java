package io.sluice.broker;

import io.sluice.broker.offset.OffsetTable;
import io.sluice.broker.transaction.Transactions;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;

/** How far transactions have ended, kept where other brokers keep it: as offsets of a group of their own. */
record TransactionProgress(OffsetTable offsets) implements Transactions.Progress {
    private static final GroupName GROUP = new GroupName("CID_RMQ_SYS_TRANS");
    private static final int QUEUE_ID = 0;

    @Override
    public long load(String topic) {
        return offsets.committed(GROUP, new TopicName(topic), QUEUE_ID).orElse(0);
    }

    @Override
    public void store(String topic, long next) {
        offsets.advance(GROUP, new TopicName(topic), QUEUE_ID, next);
    }
}

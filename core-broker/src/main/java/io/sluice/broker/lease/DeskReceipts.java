package io.sluice.broker.lease;

import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.LeaseRun;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What one desk gives out for the messages it has lent: one signature for each run, or a handle for each popped message. Any thread. */
final class DeskReceipts {
    private final GroupName group;
    private final TopicName topic;
    private final DeskTools tools;

    DeskReceipts(GroupName group, TopicName topic, DeskTools tools) {
        this.group = group;
        this.topic = topic;
        this.tools = tools;
    }

    /** What was lent, with receipts; reads the messages of the runs, so their memory must be held. */
    List<LeaseRun> runs(Gathering found, boolean popped) {
        List<LeaseRun> runs = new ArrayList<>(found.lent().size());
        if (popped) {
            addPopped(found, runs);
        } else {
            for (Gathering.Run run : found.lent()) {
                runs.add(new LeaseRun(
                        signed(run, found), queueOf(run), run.slices(), run.count(), run.attempt, found.untilMs));
            }
        }
        return runs;
    }

    private MessageQueue queueOf(Gathering.Run run) {
        return new MessageQueue(topic, tools.rules().brokerName(), run.key.queueId());
    }

    private Receipt signed(Gathering.Run run, Gathering found) {
        int fingerprint = Receipts.fingerprint(MessageView.of(run.last()));
        return tools.receipts()
                .write(Claim.signedRun(
                        run.key, run.offset, run.count(), found.leaseId, run.attempt, found.untilMs, fingerprint));
    }

    private void addPopped(Gathering found, List<LeaseRun> to) {
        long termMs = found.untilMs - found.nowMs;
        int seal = tools.receipts().seal(group, topic, found.nowMs, termMs);
        for (Gathering.Run run : found.lent()) {
            MessageQueue queue = queueOf(run);
            long offset = run.offset;
            for (ByteBuffer slice : run.slices()) {
                for (int at = slice.position(); at < slice.limit(); offset++) {
                    int bytes = Gathering.recordBytes(slice, at);
                    Receipt receipt = handle(queue.queueId(), offset, found.nowMs, termMs, seal)
                            .toReceipt();
                    to.add(new LeaseRun(
                            receipt, queue, List.of(slice.slice(at, bytes)), 1, run.attempt, found.untilMs));
                    at += bytes;
                }
            }
        }
    }

    /** The id of all leases popped at one moment for one term, so that a handle need not name it. */
    long popId(long nowMs, long leaseMs) {
        return PopHandle.leaseId(nowMs, tools.receipts().seal(group, topic, nowMs, leaseMs));
    }

    /** The handle of a popped message whose term begins anew. */
    PopHandle handle(int queueId, long offset, long popTimeMs, long invisibleMs) {
        return handle(
                queueId, offset, popTimeMs, invisibleMs, tools.receipts().seal(group, topic, popTimeMs, invisibleMs));
    }

    private PopHandle handle(int queueId, long offset, long popTimeMs, long invisibleMs, int seal) {
        return new PopHandle(offset, popTimeMs, invisibleMs, seal, tools.rules().brokerName(), queueId, offset);
    }
}

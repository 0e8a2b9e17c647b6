package io.sluice.wire.body;

import io.sluice.wire.json.Absent;
import java.util.List;

/** How far the replicas of a broker are. */
public record HaStatus(
        boolean master,
        long masterCommitLogMaxOffset,
        int inSyncSlaveNums,
        List<ReplicaLink> haConnectionInfo,
        Follower haClientRuntimeInfo)
        implements Body {

    /** @param diff bytes behind */
    public record ReplicaLink(
            String addr,
            long slaveAckOffset,
            long diff,
            boolean inSync,
            long transferredByteInSecond,
            long transferFromWhere) {}

    /** Seen from the replica. */
    public record Follower(
            @Absent String masterAddr,
            long transferredByteInSecond,
            long maxOffset,
            long lastReadTimestamp,
            long lastWriteTimestamp,
            long masterFlushOffset,
            boolean isActivated) {}
}

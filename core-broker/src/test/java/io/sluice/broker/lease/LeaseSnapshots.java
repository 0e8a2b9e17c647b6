package io.sluice.broker.lease;

/** Lets tests of other rooms save the snapshot of cursors when they like; the thread that does so otherwise mostly sleeps. */
public final class LeaseSnapshots {
    private LeaseSnapshots() {}

    public static void save(LeaseService leases) {
        leases.snapshots().save();
    }
}

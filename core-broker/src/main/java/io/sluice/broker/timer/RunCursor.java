package io.sluice.broker.timer;

import java.nio.ByteBuffer;

/** How far a run has been read. Confined to one thread. */
final class RunCursor implements EntrySource {
    private static final int CHUNK_ENTRIES = 170;

    private final Run run;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_ENTRIES * RunLayout.ENTRY_BYTES);
    private long chunkFrom;
    private int chunkEntries;
    private long position;
    /** {@code null} at the end. */
    private TimerEntry head;

    RunCursor(Run run, long position) {
        this.run = run;
        this.position = position;
        look();
    }

    private void look() {
        if (position >= run.count()) {
            head = null;
            return;
        }
        if (position < chunkFrom || position >= chunkFrom + chunkEntries) {
            chunkEntries = run.read(chunk, position);
            chunkFrom = position;
        }
        head = RunLayout.get(chunk, (int) (position - chunkFrom) * RunLayout.ENTRY_BYTES);
    }

    Run run() {
        return run;
    }

    @Override
    public TimerEntry head() {
        return head;
    }

    long position() {
        return position;
    }

    long left() {
        return run.count() - position;
    }

    @Override
    public void advance() {
        position++;
        look();
    }

    /** Whether the entry is still to come, and as what; {@code null} when it is not. */
    TimerEntry find(TimerEntry wanted) {
        if (head == null || wanted.isBefore(head)) {
            return null;
        }
        long at = run.lowerBound(wanted, position);
        if (at >= run.count()) {
            return null;
        }
        ByteBuffer one = ByteBuffer.allocate(RunLayout.ENTRY_BYTES);
        run.read(one, at);
        TimerEntry found = RunLayout.get(one, 0);
        return found.isSame(wanted) ? found : null;
    }
}

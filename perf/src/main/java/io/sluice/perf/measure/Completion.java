package io.sluice.perf.measure;

/** Where a step says how it ended: {@link #done} or {@link #failed}, once, on any thread. */
public interface Completion {

    /** Before {@link #done}: some messages of the step were turned away. */
    void refused(int messages, Throwable cause);

    /** @param messages that the step moved */
    void done(int messages);

    void failed(Throwable cause);
}

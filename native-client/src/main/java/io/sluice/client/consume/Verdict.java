package io.sluice.client.consume;

/** What shall become of a message that a listener was given. An exception from the listener counts as {@link #RETRY}. */
public sealed interface Verdict {
    /** The group never sees the message again. */
    Verdict DONE = new Done();
    /** Again later: after the pause that belongs to the number of attempts so far (10 s, 30 s, 1 min ... 2 h). */
    Verdict RETRY = new Retry(0);
    /** No further attempt: to the dead-letter topic of the group. */
    Verdict GIVE_UP = new GiveUp();

    /** Again after the pause of one delay level of the broker, 1..18. */
    static Verdict retryAtLevel(int delayLevel) {
        return new Retry(delayLevel);
    }

    /** See {@link #DONE}. */
    record Done() implements Verdict {}

    /** @param delayLevel 1..18, or 0 for the level that belongs to the number of attempts */
    record Retry(int delayLevel) implements Verdict {
        public static final int LEVEL_MAX = 18;

        public Retry {
            if (delayLevel < 0 || delayLevel > LEVEL_MAX) {
                throw new IllegalArgumentException("delay level %d is outside 0..%d".formatted(delayLevel, LEVEL_MAX));
            }
        }
    }

    /** See {@link #GIVE_UP}. */
    record GiveUp() implements Verdict {}
}

package io.sluice.store.log;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** How long each delay level lasts; level 1 is the first ({@code messageDelayLevel}). */
public final class DelayLevels {
    private static final long UNKNOWN_LEVEL_MS = 1000;

    private final long[] delaysMs;

    private DelayLevels(long[] delaysMs) {
        this.delaysMs = delaysMs;
    }

    /**
     * @param text numbers with the units {@code s m h d}, separated by blanks
     * @throws IllegalArgumentException when the text does not say that
     */
    public static DelayLevels parse(String text) {
        return new DelayLevels(Arrays.stream(text.trim().split(" +"))
                .mapToLong(DelayLevels::delayMs)
                .toArray());
    }

    private static long delayMs(String level) {
        if (!level.matches("[0-9]{1,9}[smhd]")) {
            throw new IllegalArgumentException(
                    "messageDelayLevel has '%s'; expected a number and one of s m h d, such as 30s".formatted(level));
        }
        long amount = Long.parseLong(level.substring(0, level.length() - 1));
        return switch (level.charAt(level.length() - 1)) {
            case 's' -> TimeUnit.SECONDS.toMillis(amount);
            case 'm' -> TimeUnit.MINUTES.toMillis(amount);
            case 'h' -> TimeUnit.HOURS.toMillis(amount);
            default -> TimeUnit.DAYS.toMillis(amount);
        };
    }

    public int count() {
        return delaysMs.length;
    }

    /** When a message stored at this time is due; a level over the last counts as the last, one below 1 as a second. */
    public long dueAtMs(int level, long storedAtMs) {
        return storedAtMs + (level < 1 ? UNKNOWN_LEVEL_MS : delaysMs[Math.min(level, delaysMs.length) - 1]);
    }
}

package io.sluice.broker.delay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The delays that a message can ask for by number; level 1 is the first. */
public record DelayLevels(List<Duration> delays) {
    /** As every RocketMQ broker has them unless told otherwise (messageDelayLevel). */
    public static final String DEFAULT = "1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h";

    private static final int LEVELS_MAX = 128;

    public DelayLevels {
        delays = List.copyOf(delays);
        if (delays.isEmpty() || delays.size() > LEVELS_MAX) {
            throw new IllegalArgumentException("messageDelayLevel has %d levels; expected 1 to %d, such as '%s'"
                    .formatted(delays.size(), LEVELS_MAX, DEFAULT));
        }
    }

    /**
     * Reads numbers with units {@code s m h d}, separated by blanks.
     *
     * @throws IllegalArgumentException naming the part that is no delay
     */
    public static DelayLevels parse(String text) {
        List<Duration> delays = new ArrayList<>();
        for (String part : text.trim().split(" +")) {
            delays.add(delay(part));
        }
        return new DelayLevels(delays);
    }

    private static Duration delay(String part) {
        if (part.matches("[0-9]{1,9}[smhd]")) {
            long amount = Long.parseLong(part.substring(0, part.length() - 1));
            return switch (part.charAt(part.length() - 1)) {
                case 's' -> Duration.ofSeconds(amount);
                case 'm' -> Duration.ofMinutes(amount);
                case 'h' -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        }
        throw new IllegalArgumentException(
                "messageDelayLevel has '%s'; expected a number and one of s, m, h, d, such as 30s".formatted(part));
    }

    public int max() {
        return delays.size();
    }

    /** The level meant: one beyond the last means the last. */
    public int clamp(int level) {
        return Math.min(level, max());
    }

    /** @param level 1.. */
    public Duration delay(int level) {
        return delays.get(clamp(level) - 1);
    }
}

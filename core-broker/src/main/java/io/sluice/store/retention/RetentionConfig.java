package io.sluice.store.retention;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * @param reservedHours age at which segments may be deleted
 * @param deleteHours   hours of the day, local time, at which that happens
 * @param maxUsedRatio  used part of the disk, 0..1, from which it happens at any hour
 * @param forceRatio    used part from which the oldest segments go whatever their age
 * @param fullRatio     used part from which appends are refused
 * @param freeMinBytes  free bytes below which appends are refused
 */
public record RetentionConfig(
        int reservedHours,
        Set<Integer> deleteHours,
        double maxUsedRatio,
        double forceRatio,
        double fullRatio,
        long freeMinBytes) {

    /** Another age at which segments may be deleted, hours. */
    public RetentionConfig withReservedHours(int changed) {
        return new RetentionConfig(changed, deleteHours, maxUsedRatio, forceRatio, fullRatio, freeMinBytes);
    }

    /** Other hours of the day at which that happens. */
    public RetentionConfig withDeleteHours(Set<Integer> changed) {
        return new RetentionConfig(reservedHours, changed, maxUsedRatio, forceRatio, fullRatio, freeMinBytes);
    }

    /** Another used part of the disk from which it happens at any hour. */
    public RetentionConfig withMaxUsedRatio(double changed) {
        return new RetentionConfig(reservedHours, deleteHours, changed, forceRatio, fullRatio, freeMinBytes);
    }

    /**
     * @param text hours separated by {@code ;}
     * @throws IllegalArgumentException when the text does not say that
     */
    public static Set<Integer> hours(String text) {
        return Arrays.stream(text.split(";"))
                .map(String::trim)
                .map(hour -> {
                    if (!hour.matches("[0-9]{1,2}") || Integer.parseInt(hour) > 23) {
                        throw new IllegalArgumentException(
                                "deleteWhen has '%s'; expected hours 00 to 23, separated by ;".formatted(hour));
                    }
                    return Integer.parseInt(hour);
                })
                .collect(Collectors.toUnmodifiableSet());
    }
}

package io.sluice.broker.pull;

import java.time.Duration;

/**
 * What one read may take.
 *
 * @param messagesMax  messages of one read
 * @param bytesMax     bytes of one read; a single larger message still comes alone
 * @param waitMax      how long a read may wait
 * @param placesMax    reads that may wait at once
 * @param coldGap      how many entries a reader must be behind before it is asked whether its messages are in memory still
 */
public record PullLimits(int messagesMax, int bytesMax, Duration waitMax, int placesMax, int coldGap) {
    public static final PullLimits DEFAULT =
            new PullLimits(1024, 8 * 1024 * 1024, Duration.ofMinutes(5), 100_000, 10_000);

    public PullLimits {
        if (messagesMax < 1 || bytesMax < 1 || placesMax < 1 || coldGap < 1) {
            throw new IllegalArgumentException(
                    "limits of reads must be positive: %d messages, %d bytes, %d places, %d behind"
                            .formatted(messagesMax, bytesMax, placesMax, coldGap));
        }
    }
}

package io.sluice.client.send;

import io.sluice.model.GroupName;
import io.sluice.wire.message.Compression;
import java.time.Duration;
import java.util.Objects;

/**
 * How sends behave.
 *
 * @param group             producer group that the broker sees
 * @param timeout           for one send with all its tries
 * @param retries           further tries after the first, 0..; each prefers another broker
 * @param maxMessageBytes   largest body, before compression; for a batch its whole size
 * @param compressFromBytes bodies of this size and more are compressed; {@link Integer#MAX_VALUE}: never
 * @param compression       how
 * @param compressionLevel  1 (fast) to 9 (small)
 * @param inFlightBytes     bytes of sends under way at once
 * @param batchBytes        how much may travel in one frame when sends to one queue meet; {@link #NO_BATCHES}: every message
 *                          travels alone
 * @param linger            how long the first message waits for others; zero: not at all, only what has piled up travels
 *                          together
 * @param uniqueKeys        whether messages without a unique key are given one
 */
public record SendConfig(
        GroupName group,
        Duration timeout,
        int retries,
        int maxMessageBytes,
        int compressFromBytes,
        Compression compression,
        int compressionLevel,
        int inFlightBytes,
        int batchBytes,
        Duration linger,
        boolean uniqueKeys) {
    public static final Duration TIMEOUT = Duration.ofSeconds(3);
    public static final int RETRIES = 2;
    public static final int MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
    public static final int COMPRESS_FROM_BYTES = 4096;
    public static final int COMPRESSION_LEVEL = 5;
    public static final int IN_FLIGHT_BYTES = 64 * 1024 * 1024;
    public static final int BATCH_BYTES = 128 * 1024;
    public static final int NO_BATCHES = 0;
    public static final int NEVER = Integer.MAX_VALUE;

    public SendConfig {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(compression, "compression");
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("send timeout %s must be positive".formatted(timeout));
        }
        if (retries < 0) {
            throw new IllegalArgumentException("retries %d must not be negative".formatted(retries));
        }
        if (maxMessageBytes < 1 || inFlightBytes < 1 || compressFromBytes < 1) {
            throw new IllegalArgumentException(
                    "maxMessageBytes %d, inFlightBytes %d and compressFromBytes %d must be at least 1"
                            .formatted(maxMessageBytes, inFlightBytes, compressFromBytes));
        }
        if (batchBytes < 0 || batchBytes > maxMessageBytes) {
            throw new IllegalArgumentException(
                    "batchBytes %d is outside 0..%d, the largest message".formatted(batchBytes, maxMessageBytes));
        }
        if (linger.isNegative() || linger.compareTo(timeout) >= 0) {
            throw new IllegalArgumentException("linger %s must not be negative and be shorter than the send timeout %s"
                    .formatted(linger, timeout));
        }
        if (compressionLevel < 1 || compressionLevel > 9) {
            throw new IllegalArgumentException("compressionLevel %d is outside 1..9".formatted(compressionLevel));
        }
        if (compressFromBytes != NEVER) {
            compression.requireLibrary();
        }
    }

    /** The defaults of a producer. */
    public static SendConfig of(GroupName group) {
        return new SendConfig(
                group,
                TIMEOUT,
                RETRIES,
                MAX_MESSAGE_BYTES,
                COMPRESS_FROM_BYTES,
                Compression.ZLIB,
                COMPRESSION_LEVEL,
                IN_FLIGHT_BYTES,
                BATCH_BYTES,
                Duration.ZERO,
                true);
    }
}

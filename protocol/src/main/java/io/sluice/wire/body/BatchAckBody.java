package io.sluice.wire.body;

import io.sluice.wire.json.JsonException;
import io.sluice.wire.json.Named;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;

/** Many acknowledgements of popped messages. */
public record BatchAckBody(String brokerName, List<Acks> acks) implements Body {
    private static final int BITS_MAX_CHARS = 8192;

    /**
     * Those of one pop from one queue.
     *
     * @param retry       which topic the messages were popped from; "0" for the topic itself
     * @param startOffset offset of the first bit
     * @param reviveQid   of the handle
     * @param bits        Base64 of a set of bits, little endian: bit i is offset {@code startOffset + i}
     */
    public record Acks(
            @Named("c") String group,
            @Named("t") String topic,
            @Named("r") String retry,
            @Named("so") long startOffset,
            @Named("q") int queueId,
            @Named("rq") int reviveQid,
            @Named("pt") long popTime,
            @Named("it") long invisibleTime,
            @Named("b") String bits) {

        /** @throws JsonException when the bits are no Base64 or too many */
        public BitSet offsets() {
            if (bits.length() > BITS_MAX_CHARS) {
                throw new JsonException("bits of %d characters, at most %d".formatted(bits.length(), BITS_MAX_CHARS));
            }
            try {
                return BitSet.valueOf(Base64.getDecoder().decode(bits));
            } catch (IllegalArgumentException noBase64) {
                throw new JsonException("bits that are no Base64: %s".formatted(noBase64.getMessage()));
            }
        }
    }
}

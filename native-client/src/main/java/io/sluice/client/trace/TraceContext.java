package io.sluice.client.trace;

import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which step of which trace something belongs to; the two texts of W3C Trace Context.
 *
 * @param traceId 32 hex digits, lower case, not all zero
 * @param spanId  16 hex digits, lower case, not all zero
 * @param flags   0..255; bit 0: the trace is recorded
 * @param state   what vendors add, passed on unchanged; may be empty
 */
public record TraceContext(String traceId, String spanId, int flags, String state) {
    private static final Pattern PARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");
    private static final Pattern TRACE_ID = Pattern.compile("(?!0{32})[0-9a-f]{32}");
    private static final Pattern SPAN_ID = Pattern.compile("(?!0{16})[0-9a-f]{16}");

    public TraceContext {
        if (!TRACE_ID.matcher(traceId).matches() || !SPAN_ID.matcher(spanId).matches() || flags < 0 || flags > 255) {
            throw new IllegalArgumentException(
                    "trace id '%s', span id '%s' and flags %d are no trace context".formatted(traceId, spanId, flags));
        }
    }

    /** Empty when the text is absent or is no {@code traceparent}. */
    public static Optional<TraceContext> parse(String parent, String state) {
        Matcher parts = PARENT.matcher(parent == null ? "" : parent);
        if (!parts.matches()
                || !TRACE_ID.matcher(parts.group(1)).matches()
                || !SPAN_ID.matcher(parts.group(2)).matches()) {
            return Optional.empty();
        }
        return Optional.of(new TraceContext(
                parts.group(1), parts.group(2), Integer.parseInt(parts.group(3), 16), state == null ? "" : state));
    }

    /** The beginning of a new trace, recorded. */
    public static TraceContext fresh() {
        return new TraceContext(hex() + hex(), hex(), 1, "");
    }

    /** The next step of the same trace. */
    public TraceContext child() {
        return new TraceContext(traceId, hex(), flags, state);
    }

    /** The text of a {@code traceparent}. */
    public String parent() {
        return "00-%s-%s-%02x".formatted(traceId, spanId, flags);
    }

    private static String hex() {
        long bits;
        do {
            bits = ThreadLocalRandom.current().nextLong();
        } while (bits == 0);
        return "%016x".formatted(bits);
    }
}

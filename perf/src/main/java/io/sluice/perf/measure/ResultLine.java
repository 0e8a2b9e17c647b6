package io.sluice.perf.measure;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** A result as one line of {@code name=value}, to hand it from the process that measured to the one that reports. */
public final class ResultLine {
    private ResultLine() {}

    public static String write(Result result) {
        ByteBuffer bytes = ByteBuffer.allocate(result.latency().getNeededByteBufferCapacity());
        int length = result.latency().encodeIntoCompressedByteBuffer(bytes);
        return "messages=%d errors=%d seconds=%s perSecond=%s latency=%s"
                .formatted(
                        result.messages(),
                        result.errors(),
                        result.seconds(),
                        Arrays.stream(result.perSecond())
                                .mapToObj(Long::toString)
                                .collect(Collectors.joining(",")),
                        Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length)));
    }

    /** @throws IllegalArgumentException when the line is not one that {@link #write} made */
    public static Result read(String line) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : line.trim().split(" ")) {
            int equals = field.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("expected name=value but found '%s'".formatted(field));
            }
            fields.put(field.substring(0, equals), field.substring(equals + 1));
        }
        try {
            return new Result(
                    Long.parseLong(fields.get("messages")),
                    Long.parseLong(fields.get("errors")),
                    Double.parseDouble(fields.get("seconds")),
                    Histogram.decodeFromCompressedByteBuffer(
                            ByteBuffer.wrap(Base64.getDecoder().decode(fields.get("latency"))), 0),
                    Arrays.stream(fields.get("perSecond").split(","))
                            .filter(text -> !text.isEmpty())
                            .mapToLong(Long::parseLong)
                            .toArray());
        } catch (DataFormatException | NullPointerException damaged) {
            throw new IllegalArgumentException("not a result: " + line, damaged);
        }
    }
}

package io.sluice.client.send;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the ids that producers give their messages (property {@code UNIQ_KEY}); any thread may ask.
 *
 * <pre>
 *   address (4 or 16) | process id, low 16 bits (2) | instance (4) | ms since the month began (4) | counter (2)
 * </pre>
 * Upper-case hex, 32 or 56 digits. The instance is a random number, so that two producers that share address and process
 * id (containers, class loaders) do not meet. The counter starts anywhere and wraps. Time and counter are all that differs
 * between the ids of one producer: a message under way carries these six bytes, and the text is made when it is wanted.
 */
public final class UniqueKeys {
    /** Time and counter of no id. */
    static final long NONE = -1;

    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final byte[] DIGITS = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    /** Of time and counter. */
    private static final int VARIABLE_DIGITS = 12;

    /** The digits that all ids share. */
    private final byte[] prefix;

    private final ZoneId zone;
    private final AtomicInteger counter =
            new AtomicInteger(ThreadLocalRandom.current().nextInt());
    /** The month in force; replaced as a whole when it is over, so that readers never see half of it. */
    private volatile Month month;

    /** @param address of this machine, as others see it; only its uniqueness matters */
    public UniqueKeys(InetAddress address) {
        this(address, ProcessHandle.current().pid(), ThreadLocalRandom.current().nextInt(), ZoneId.systemDefault());
    }

    UniqueKeys(InetAddress address, long pid, int instance, ZoneId zone) {
        byte[] host = address.getAddress();
        byte[] shared = ByteBuffer.allocate(host.length + 6)
                .put(host)
                .putShort((short) pid)
                .putInt(instance)
                .array();
        this.prefix = HEX.formatHex(shared).getBytes(StandardCharsets.US_ASCII);
        this.zone = zone;
        this.month = Month.of(Instant.now(), zone);
    }

    public String next() {
        return next(System.currentTimeMillis());
    }

    String next(long nowMs) {
        return text(nextBits(nowMs));
    }

    /** Time and counter of a new id: 48 bits. */
    long nextBits(long nowMs) {
        Month current = month;
        if (nowMs >= current.endMs || nowMs < current.startMs) {
            current = Month.of(Instant.ofEpochMilli(nowMs), zone);
            month = current;
        }
        return (nowMs - current.startMs & 0xFFFF_FFFFL) << Short.SIZE | counter.getAndIncrement() & 0xFFFFL;
    }

    /** Characters, and bytes, of an id. */
    int length() {
        return prefix.length + VARIABLE_DIGITS;
    }

    String text(long bits) {
        ByteBuffer text = ByteBuffer.allocate(length());
        write(bits, text);
        return new String(text.array(), StandardCharsets.US_ASCII);
    }

    /** Writes the id at the buffer's position. */
    void write(long bits, ByteBuffer into) {
        into.put(prefix);
        for (int shift = 4 * (VARIABLE_DIGITS - 1); shift >= 0; shift -= 4) {
            into.put(DIGITS[(int) (bits >>> shift) & 0xF]);
        }
    }

    private record Month(long startMs, long endMs) {
        static Month of(Instant instant, ZoneId zone) {
            YearMonth month = YearMonth.from(instant.atZone(zone));
            return new Month(startOf(month, zone), startOf(month.plusMonths(1), zone));
        }

        private static long startOf(YearMonth month, ZoneId zone) {
            return month.atDay(1).atStartOfDay(zone).toInstant().toEpochMilli();
        }
    }
}

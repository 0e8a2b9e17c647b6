package io.sluice.broker.send;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes ids for messages whose sender gave none, in the layout that clients use: address, low half of the process id, a
 * number of this object, milliseconds since the month began, a count. Unique within a node as long as fewer than 65 536 are
 * made in a millisecond. Safe for many threads.
 */
final class UniqueKeys {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final byte[] prefix;
    private final InstantSource clock;
    private final AtomicInteger count = new AtomicInteger();

    UniqueKeys(InetAddress address, long processId, int number, InstantSource clock) {
        byte[] ip = address.getAddress();
        this.prefix = ByteBuffer.allocate(ip.length + 6)
                .put(ip)
                .putShort((short) processId)
                .putInt(number)
                .array();
        this.clock = clock;
    }

    String next() {
        Instant now = clock.instant();
        ZonedDateTime month = now.atZone(ZoneOffset.UTC).withDayOfMonth(1).truncatedTo(ChronoUnit.DAYS);
        int sinceMonth = (int) (now.toEpochMilli() - month.toInstant().toEpochMilli());
        ByteBuffer id = ByteBuffer.allocate(prefix.length + 6)
                .put(prefix)
                .putInt(sinceMonth)
                .putShort((short) count.getAndIncrement());
        return HEX.formatHex(id.array());
    }
}

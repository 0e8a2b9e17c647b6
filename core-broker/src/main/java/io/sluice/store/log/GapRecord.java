package io.sluice.store.log;

import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.SysFlag;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A record that fills a place where messages were lost. It is of the rolled-back kind, which no broker puts into a queue or
 * the index.
 */
public final class GapRecord {
    static final String TOPIC = "SLUICE_LOST";

    static final int MIN_BYTES = MessageLayout.MIN_BYTES + TOPIC.length();

    private GapRecord() {}

    /** Whether the record, which is whole, fills a gap. */
    public static boolean is(ByteBuffer record) {
        int transaction = record.getInt(record.position() + MessageLayout.SYS_FLAG) & SysFlag.TRANSACTION_MASK;
        return transaction == SysFlag.TRANSACTION_ROLLBACK
                && TOPIC.equals(MessageView.of(record).topic());
    }

    static byte[] encode(long logOffset, int bytes, long storedAtMs) {
        InetSocketAddress nowhere = nowhere();
        NewRecord gap = new NewRecord(
                TOPIC,
                0,
                0,
                SysFlag.TRANSACTION_ROLLBACK,
                storedAtMs,
                nowhere,
                0,
                0,
                ByteBuffer.allocate(bytes - MIN_BYTES),
                ByteBuffer.wrap("".getBytes(StandardCharsets.US_ASCII)),
                false);
        return MessageEncoder.encode(gap, 0, logOffset, storedAtMs, nowhere).array();
    }

    private static InetSocketAddress nowhere() {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(new byte[4]), 0);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address of 4 bytes was refused", impossible);
        }
    }
}

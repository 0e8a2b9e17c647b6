package io.sluice.broker.lease;

import io.sluice.broker.lease.DeskSettling.Item;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settlement;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Settlements that are decided later, one entry each, as bytes that outlive the broker's run: of each lease which entry it was, which message
 * stood there, and what is to become of it. docs/formats/units.md, "What is settled".
 */
final class HeldItems {
    private static final int VERSION = 1;
    private static final int ACK = 1;
    private static final int RELEASE = 2;
    private static final int RETRY = 3;
    private static final int REJECT = 4;
    private static final int NAME_MAX_BYTES = GroupName.LENGTH_MAX;
    private static final int REASON_MAX_CHARS = 512;
    private static final int REASON_MAX_BYTES = 4 * REASON_MAX_CHARS;
    private static final long UNSIGNED = 0xFFFF_FFFFL;
    /** The holder is not asked for it: the entry knows the lease. */
    private static final Receipt NO_RECEIPT = new Receipt("");

    private HeldItems() {}

    static byte[] encode(List<Item> items) {
        Map<CursorKey, List<Item>> byCursor = new LinkedHashMap<>();
        items.forEach(item -> byCursor.computeIfAbsent(item.claim().key(), none -> new ArrayList<>())
                .add(item));
        PackedWriter to = new PackedWriter(64 + 24 * items.size()).octet(VERSION);
        byCursor.forEach((key, ofCursor) -> {
            to.text(key.group().value()).text(key.topic().value()).number(key.queueId());
            to.number(ofCursor.size());
            long last = 0;
            for (Item item : ofCursor) {
                Claim claim = item.claim();
                to.signed(claim.offset() - last)
                        .fixed(claim.leaseId())
                        .number(claim.attempt())
                        .signed(claim.witness() - claim.offset())
                        .number(claim.fingerprint() & UNSIGNED);
                write(to, item.settlement());
                last = claim.offset();
            }
        });
        return to.toByteArray();
    }

    private static void write(PackedWriter to, Settlement settlement) {
        if (settlement instanceof Settlement.Release release) {
            to.octet(RELEASE).number(DeskSettling.millis(release.delay()));
        } else if (settlement instanceof Settlement.Retry) {
            to.octet(RETRY);
        } else if (settlement instanceof Settlement.Reject reject) {
            to.octet(REJECT).text(shortened(reject.reason()));
        } else {
            to.octet(ACK);
        }
    }

    private static String shortened(String reason) {
        if (reason == null) {
            return "";
        }
        int chars = reason.codePointCount(0, reason.length());
        return chars <= REASON_MAX_CHARS ? reason : reason.substring(0, reason.offsetByCodePoints(0, REASON_MAX_CHARS));
    }

    /** @throws IllegalArgumentException when the bytes are no such settlements */
    static List<Item> decode(byte[] bytes) {
        PackedReader from = new PackedReader(ByteBuffer.wrap(bytes));
        int version = from.octet();
        if (version != VERSION) {
            throw new IllegalArgumentException("held settlements of version %d, expected %d; a newer release wrote them"
                    .formatted(version, VERSION));
        }
        List<Item> items = new ArrayList<>();
        while (from.hasMore()) {
            CursorKey key = new CursorKey(
                    new GroupName(from.text(NAME_MAX_BYTES)),
                    new TopicName(from.text(NAME_MAX_BYTES)),
                    from.number(Integer.MAX_VALUE));
            int count = from.number(Integer.MAX_VALUE);
            long offset = 0;
            for (int i = 0; i < count; i++) {
                offset += from.signed();
                long leaseId = from.fixed();
                int attempt = from.number(Integer.MAX_VALUE);
                long witness = offset + from.signed();
                int fingerprint = (int) from.number();
                Claim claim = new Claim(key, offset, 1, leaseId, attempt, 0, witness, fingerprint, 0);
                items.add(new Item(items.size(), claim, read(from)));
            }
        }
        return items;
    }

    private static Settlement read(PackedReader from) {
        int kind = from.octet();
        return switch (kind) {
            case ACK -> new Settlement.Ack(NO_RECEIPT);
            case RELEASE -> new Settlement.Release(NO_RECEIPT, Duration.ofMillis(from.number()));
            case RETRY -> new Settlement.Retry(NO_RECEIPT);
            case REJECT -> new Settlement.Reject(NO_RECEIPT, from.text(REASON_MAX_BYTES));
            default ->
                throw new IllegalArgumentException("settlement of unknown kind %d, expected 1..4".formatted(kind));
        };
    }
}

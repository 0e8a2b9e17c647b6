package io.sluice.broker.lease;

import io.sluice.broker.lease.CursorFact.Began;
import io.sluice.broker.lease.CursorFact.Forgotten;
import io.sluice.broker.lease.CursorFact.Returned;
import io.sluice.broker.lease.CursorFact.Settled;
import io.sluice.broker.lease.CursorFact.SettledBits;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Facts as bytes; docs/formats/cursor-journal.md has the picture. Offsets are written as the distance from the fact before,
 * so that a settlement usually takes three bytes.
 */
final class FactCodec {
    static final int VERSION = 1;

    private static final int BEGAN = 1;
    private static final int SETTLED = 2;
    private static final int SETTLED_BITS = 3;
    private static final int RETURNED = 4;
    private static final int FORGOTTEN = 5;

    private static final int NAME_MAX_BYTES = GroupName.LENGTH_MAX;

    private FactCodec() {}

    /** One journal record: version, then for each cursor its names, the number of its facts, and the facts. */
    static byte[] encodeRecord(Map<CursorKey, List<CursorFact>> facts) {
        PackedWriter to = new PackedWriter(256);
        to.octet(VERSION);
        facts.forEach((key, ofCursor) -> {
            to.text(key.group().value()).text(key.topic().value()).number(key.queueId());
            to.number(ofCursor.size());
            writeFacts(to, ofCursor);
        });
        return to.toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are no such record; nothing has been told then */
    static void decodeRecord(ByteBuffer record, BiConsumer<CursorKey, CursorFact> each) {
        PackedReader from = new PackedReader(record);
        int version = from.octet();
        if (version != VERSION) {
            throw new IllegalArgumentException(
                    "journal record of version %d, expected %d; it was written by a newer release"
                            .formatted(version, VERSION));
        }
        List<Map.Entry<CursorKey, CursorFact>> facts = new ArrayList<>();
        while (from.hasMore()) {
            GroupName group = new GroupName(from.text(NAME_MAX_BYTES));
            TopicName topic = new TopicName(from.text(NAME_MAX_BYTES));
            CursorKey key = new CursorKey(group, topic, from.number(Integer.MAX_VALUE));
            int count = from.number(Integer.MAX_VALUE);
            long last = 0;
            for (int i = 0; i < count; i++) {
                CursorFact fact = readFact(from, last);
                last = endOf(fact, last);
                facts.add(Map.entry(key, fact));
            }
        }
        facts.forEach(fact -> each.accept(fact.getKey(), fact.getValue()));
    }

    /** Facts of one cursor without its names, up to the end of the bytes. */
    static byte[] encode(List<CursorFact> facts) {
        PackedWriter to = new PackedWriter(64);
        writeFacts(to, facts);
        return to.toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are no facts */
    static List<CursorFact> decode(byte[] bytes) {
        PackedReader from = new PackedReader(ByteBuffer.wrap(bytes));
        List<CursorFact> facts = new ArrayList<>();
        long last = 0;
        while (from.hasMore()) {
            CursorFact fact = readFact(from, last);
            last = endOf(fact, last);
            facts.add(fact);
        }
        return facts;
    }

    private static void writeFacts(PackedWriter to, List<CursorFact> facts) {
        long last = 0;
        for (CursorFact fact : facts) {
            writeFact(to, fact, last);
            last = endOf(fact, last);
        }
    }

    private static void writeFact(PackedWriter to, CursorFact fact, long last) {
        if (fact instanceof Began began) {
            to.octet(BEGAN).signed(began.at() - last);
        } else if (fact instanceof Settled settled) {
            to.octet(SETTLED).signed(settled.from() - last).number(settled.to() - settled.from());
        } else if (fact instanceof SettledBits bits) {
            to.octet(SETTLED_BITS).signed(bits.from() - last);
            for (long word : bits.words()) {
                to.fixed(word);
            }
        } else if (fact instanceof Returned returned) {
            to.octet(RETURNED)
                    .signed(returned.offset() - last)
                    .number(returned.attempts())
                    .number(returned.freeAtMs());
        } else {
            to.octet(FORGOTTEN);
        }
    }

    private static CursorFact readFact(PackedReader from, long last) {
        int kind = from.octet();
        switch (kind) {
            case BEGAN:
                return new Began(last + from.signed());
            case SETTLED:
                long start = last + from.signed();
                return new Settled(start, start + from.number());
            case SETTLED_BITS:
                long segment = last + from.signed();
                long[] words = new long[OffsetBits.SEGMENT_OFFSETS / Long.SIZE];
                for (int i = 0; i < words.length; i++) {
                    words[i] = from.fixed();
                }
                return new SettledBits(segment, words);
            case RETURNED:
                return new Returned(last + from.signed(), from.number(Integer.MAX_VALUE), from.number());
            case FORGOTTEN:
                return new Forgotten();
            default:
                throw new IllegalArgumentException("fact of unknown kind %d, expected 1..5".formatted(kind));
        }
    }

    /** What the next fact's offset is counted from: the entry behind this fact's last. */
    private static long endOf(CursorFact fact, long last) {
        if (fact instanceof Began began) {
            return began.at();
        } else if (fact instanceof Settled settled) {
            return settled.to();
        } else if (fact instanceof SettledBits bits) {
            return bits.from() + OffsetBits.SEGMENT_OFFSETS;
        } else if (fact instanceof Returned returned) {
            return returned.offset() + 1;
        }
        return last;
    }
}

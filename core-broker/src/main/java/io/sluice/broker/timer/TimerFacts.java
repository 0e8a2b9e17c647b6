package io.sluice.broker.timer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of messages that waited, as the body of one record of the internal topic {@value #TOPIC}. The records of the
 * messages that were delivered or rewritten follow the facts in the log, in the same order and next to each other.
 *
 * <p>A byte with the version, then a section per run of messages of one kind and topic: kind (1 byte), length of the topic's
 * name (2), name, number of messages (4), and for each wakeAtMs (8) and logOffset (8); big endian.
 */
final class TimerFacts {
    static final String TOPIC = "rmq_sys_sluice_timer";
    static final int QUEUE_ID = 0;

    private static final byte VERSION = 1;
    private static final int ENTRY_BYTES = 16;
    private static final int SECTION_BYTES = 7;

    private final List<Fact> facts = new ArrayList<>();

    /** What became of a message; the ordinal is not stored. */
    enum Kind {
        /** It is in its topic. */
        DELIVERED(1),
        /** It was written to the log again and waits there. */
        REWRITTEN(2),
        /** Its sender called it back. */
        RECALLED(3),
        /** It cannot be delivered: its topic is gone, or it is no message that can be stored. */
        DROPPED(4),
        /** It is in its topic, by a record that stands somewhere before the fact: there was no room for both in one batch. */
        DELIVERED_ALONE(5);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        private static Kind of(byte code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("there is no kind %d of timer fact; expected 1 to 5".formatted(code));
        }
    }

    /**
     * @param topic that the message was for; empty when nobody knows any more
     * @param entry the message as it waited
     */
    record Fact(Kind kind, String topic, TimerEntry entry) {
        private boolean isLike(Fact other) {
            return kind == other.kind && topic.equals(other.topic);
        }
    }

    TimerFacts add(Kind kind, String topic, TimerEntry entry) {
        facts.add(new Fact(kind, topic, entry));
        return this;
    }

    /** In the order of their records. */
    List<Fact> all() {
        return List.copyOf(facts);
    }

    ByteBuffer encode() {
        ByteBuffer body = ByteBuffer.allocate(bytesMax()).put(VERSION);
        int from = 0;
        while (from < facts.size()) {
            Fact first = facts.get(from);
            int to = from + 1;
            while (to < facts.size() && facts.get(to).isLike(first)) {
                to++;
            }
            byte[] name = first.topic.getBytes(StandardCharsets.UTF_8);
            body.put(first.kind.code).putShort((short) name.length).put(name).putInt(to - from);
            for (Fact fact : facts.subList(from, to)) {
                body.putLong(fact.entry.wakeAtMs()).putLong(fact.entry.logOffset());
            }
            from = to;
        }
        return body.flip();
    }

    private int bytesMax() {
        int bytes = 1;
        for (Fact fact : facts) {
            bytes += SECTION_BYTES + fact.topic.getBytes(StandardCharsets.UTF_8).length + ENTRY_BYTES;
        }
        return bytes;
    }

    /** @throws IllegalArgumentException saying what is damaged */
    static TimerFacts decode(ByteBuffer body) {
        ByteBuffer rest = body.duplicate();
        if (!rest.hasRemaining() || rest.get() != VERSION) {
            throw new IllegalArgumentException("the record does not begin with version %d".formatted(VERSION));
        }
        TimerFacts facts = new TimerFacts();
        while (rest.hasRemaining()) {
            require(rest, 3);
            Kind kind = Kind.of(rest.get());
            byte[] name = new byte[rest.getShort() & 0xFFFF];
            require(rest, name.length + 4L);
            rest.get(name);
            int count = rest.getInt();
            require(rest, count < 0 ? Long.MAX_VALUE : (long) count * ENTRY_BYTES);
            String topic = new String(name, StandardCharsets.UTF_8);
            for (int i = 0; i < count; i++) {
                facts.add(kind, topic, TimerEntry.gone(rest.getLong(), rest.getLong()));
            }
        }
        return facts;
    }

    private static void require(ByteBuffer rest, long bytes) {
        if (rest.remaining() < bytes) {
            throw new IllegalArgumentException(
                    "%d bytes are left where at least %d should be".formatted(rest.remaining(), bytes));
        }
    }
}

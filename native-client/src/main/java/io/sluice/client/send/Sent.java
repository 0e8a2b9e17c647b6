package io.sluice.client.send;

import io.sluice.model.MessageQueue;
import io.sluice.port.SendOutcome;
import io.sluice.port.SendOutcome.Doubt;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A message that is in the log. Immutable. Keeps the answer of the broker, which it shares with the messages that travelled
 * with it, and makes texts of it when they are asked for.
 */
public final class Sent {
    private final StoredAnswer answer;
    private final int index;
    private final String uniqueKey;
    private final long keyBits;

    /**
     * @param index     place in the answer, counted from 0
     * @param uniqueKey when it is known as text; else empty
     * @param keyBits   of the key that was made for the message, or {@link UniqueKeys#NONE}
     */
    Sent(StoredAnswer answer, int index, String uniqueKey, long keyBits) {
        this.answer = answer;
        this.index = index;
        this.uniqueKey = uniqueKey;
        this.keyBits = keyBits;
    }

    /** As part of a unit of work. */
    public static Sent of(SendOutcome.Stored stored, String uniqueKey, Optional<Doubt> doubt) {
        return new Sent(StoredAnswer.of(stored, doubt), 0, uniqueKey, UniqueKeys.NONE);
    }

    /** This one and those stored behind it by the same answer, whose keys these are. */
    List<Sent> all(List<String> uniqueKeys) {
        List<Sent> all = new ArrayList<>(uniqueKeys.size());
        for (int i = 0; i < uniqueKeys.size(); i++) {
            String key = uniqueKeys.get(i);
            all.add(new Sent(answer, index + i, key.isEmpty() ? answer.onlyKey() : key, UniqueKeys.NONE));
        }
        return all;
    }

    /** Where it lies, see {@link io.sluice.model.MessageId}. */
    public String messageId() {
        return answer.messageId(index);
    }

    /** The id that it carries; empty when it has none. */
    public String uniqueKey() {
        return keyBits == UniqueKeys.NONE ? uniqueKey : answer.keys().text(keyBits);
    }

    public MessageQueue queue() {
        return answer.queue();
    }

    /** Entry number in the queue. */
    public long queueOffset() {
        return answer.firstOffset() + index;
    }

    /** Byte position in the log of the broker. */
    public long logOffset() {
        return answer.logOffset(index);
    }

    /**
     * What the broker could not promise in time: the message is stored, but a power cut or the loss of the broker may still
     * take it.
     */
    public Optional<Doubt> doubt() {
        return answer.doubt();
    }

    /** Takes a message with a time of delivery back while it waits; empty for others. */
    public String recallHandle() {
        return answer.recallHandle();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sent that
                && queue().equals(that.queue())
                && queueOffset() == that.queueOffset()
                && messageId().equals(that.messageId())
                && uniqueKey().equals(that.uniqueKey())
                && doubt().equals(that.doubt());
    }

    @Override
    public int hashCode() {
        return Objects.hash(queue(), queueOffset());
    }

    @Override
    public String toString() {
        return "Sent[queue=%s, queueOffset=%d, messageId=%s, uniqueKey=%s, doubt=%s]"
                .formatted(queue(), queueOffset(), messageId(), uniqueKey(), doubt());
    }
}

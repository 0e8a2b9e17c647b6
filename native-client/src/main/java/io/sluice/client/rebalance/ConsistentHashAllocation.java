package io.sluice.client.rebalance;

import io.sluice.model.MessageQueue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Members stand on a ring of hashes, each several times, and a queue belongs to the next one behind it: a member that comes
 * or goes moves few queues, but shares are uneven. The same shares as in Apache RocketMQ clients with as many places; for few
 * moves and even shares take {@link StickyAllocation}.
 */
public final class ConsistentHashAllocation implements Allocation {
    private static final int PLACES = 10;
    private static final int PLACES_MAX = 10_000;

    private final int places;

    /** Ten places for each member. */
    public ConsistentHashAllocation() {
        this(PLACES);
    }

    /** @param places of each member on the ring, 1..10000 */
    public ConsistentHashAllocation(int places) {
        if (places < 1 || places > PLACES_MAX) {
            throw new IllegalArgumentException("places %d are outside 1..%d".formatted(places, PLACES_MAX));
        }
        this.places = places;
    }

    @Override
    public List<MessageQueue> queuesOf(String member, List<String> members, List<MessageQueue> queues) {
        TreeMap<Long, String> ring = new TreeMap<>();
        for (String each : members) {
            for (int place = 0; place < places; place++) {
                ring.put(hash(each + "-" + place), each);
            }
        }
        return queues.stream()
                .filter(queue -> member.equals(ownerOf(queue, ring)))
                .toList();
    }

    private static String ownerOf(MessageQueue queue, TreeMap<Long, String> ring) {
        Map.Entry<Long, String> next = ring.ceilingEntry(hash("MessageQueue [topic=%s, brokerName=%s, queueId=%d]"
                .formatted(queue.topic(), queue.brokerName(), queue.queueId())));
        return next == null ? ring.firstEntry().getValue() : next.getValue();
    }

    /** The first four bytes of the MD5 digest. */
    private static long hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
            return Integer.toUnsignedLong(ByteBuffer.wrap(digest).getInt());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has MD5", impossible);
        }
    }

    @Override
    public String toString() {
        return "CONSISTENT_HASH";
    }
}

package io.sluice.broker.lease;

import io.sluice.model.PropertyNames;
import io.sluice.wire.message.PropertiesCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The key of a message in a group that is ordered by key, as a number: keys that are equal have the same, and different ones
 * share one by a chance of one in 2^64, which costs them nothing but waiting for each other.
 */
final class ShardingKey {
    /** What a message without a key has. */
    static final long NONE = 0;

    /** The first that a message has counts. */
    private static final byte[][] NAMES = {
        PropertyNames.SHARDING_KEY.getBytes(StandardCharsets.UTF_8),
        PropertyNames.JMS_GROUP_ID.getBytes(StandardCharsets.UTF_8)
    };

    private static final long FNV_START = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private ShardingKey() {}

    /** @param properties as stored; left as they were */
    static long of(ByteBuffer properties) {
        int best = NAMES.length;
        long found = NONE;
        int at = properties.position();
        int limit = properties.limit();
        while (at < limit) {
            int pairEnd = at;
            while (pairEnd < limit && properties.get(pairEnd) != PropertiesCodec.PAIR_END) {
                pairEnd++;
            }
            for (int i = 0; i < best; i++) {
                int valueAt = at + NAMES[i].length + 1;
                if (valueAt < pairEnd && isNamed(properties, at, NAMES[i])) {
                    best = i;
                    found = hash(properties, valueAt, pairEnd);
                }
            }
            at = pairEnd + 1;
        }
        return found;
    }

    private static boolean isNamed(ByteBuffer properties, int at, byte[] name) {
        if (properties.get(at + name.length) != PropertiesCodec.NAME_END) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (properties.get(at + i) != name[i]) {
                return false;
            }
        }
        return true;
    }

    private static long hash(ByteBuffer bytes, int from, int to) {
        long hash = FNV_START;
        for (int at = from; at < to; at++) {
            hash = (hash ^ bytes.get(at)) * FNV_PRIME;
        }
        hash ^= hash >>> 32;
        return hash == NONE ? 1 : hash;
    }
}

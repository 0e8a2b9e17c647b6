package io.sluice.broker.send;

import io.sluice.model.PropertyNames;

/**
 * What a message's properties say to the broker, found in one pass over their stored form without taking them apart.
 *
 * @param uniqueKey    the sender's id of the message; empty when there is none
 * @param shardingKey  whether there is one
 * @param waits        whether the sender waits for the configured durability
 * @param delay        the value of the delay level as it stands; empty when there is none
 * @param isHalf       whether it is a half message of a transaction
 * @param isTimed      whether it names an exact time of delivery
 * @param expires      whether it names an instant after which nobody needs it
 * @param onceKey      within the window a message with this key is stored once; empty when there is none
 * @param isRestamped  whether it carries what only a broker adds, as a message does that was stored before
 * @param endsInPair   whether the last pair has its separator
 */
record PropertyScan(
        String uniqueKey,
        boolean shardingKey,
        boolean waits,
        String delay,
        boolean isHalf,
        boolean isTimed,
        boolean expires,
        String onceKey,
        boolean isRestamped,
        boolean endsInPair) {

    private static final char NAME_END = '\u0001';
    private static final char PAIR_END = '\u0002';
    private static final String TIMER_PREFIX = "TIMER_";

    static PropertyScan of(String text) {
        String uniqueKey = "";
        String delay = "";
        String onceKey = "";
        boolean shardingKey = false;
        boolean waits = true;
        boolean isHalf = false;
        boolean isTimed = false;
        boolean expires = false;
        boolean isRestamped = false;
        int at = 0;
        int length = text.length();
        while (at < length) {
            int pairEnd = text.indexOf(PAIR_END, at);
            if (pairEnd < 0) {
                pairEnd = length;
            }
            int nameEnd = text.indexOf(NAME_END, at);
            if (nameEnd > at && nameEnd < pairEnd - 1) {
                int valueAt = nameEnd + 1;
                switch (text.charAt(at)) {
                    case 'U' -> {
                        if (isName(text, at, nameEnd, PropertyNames.UNIQUE_KEY)) {
                            uniqueKey = text.substring(valueAt, pairEnd);
                        }
                    }
                    case 'W' -> {
                        if (isName(text, at, nameEnd, PropertyNames.WAIT)) {
                            waits = !text.regionMatches(true, valueAt, "false", 0, 5);
                        }
                    }
                    case 'D' -> {
                        if (isName(text, at, nameEnd, PropertyNames.DELAY_LEVEL)) {
                            delay = text.substring(valueAt, pairEnd);
                        }
                    }
                    case 'T' -> {
                        if (isName(text, at, nameEnd, PropertyNames.TRANSACTION_PREPARED)) {
                            isHalf = text.regionMatches(true, valueAt, "true", 0, 4);
                        } else if (text.startsWith(TIMER_PREFIX, at)) {
                            isTimed = true;
                        } else if (isName(text, at, nameEnd, PropertyNames.TRACE_ON)) {
                            isRestamped = true;
                        }
                    }
                    case 'M' -> isRestamped |= isName(text, at, nameEnd, PropertyNames.REGION);
                    case 'C' -> isRestamped |= isName(text, at, nameEnd, PropertyNames.CLUSTER);
                    case 'P' -> isRestamped |= isName(text, at, nameEnd, PropertyNames.POP_CHECK_POINT);
                    case 'e' -> expires |= isName(text, at, nameEnd, PropertyNames.EXPIRES_AT);
                    case 'i' -> {
                        if (isName(text, at, nameEnd, PropertyNames.IDEMPOTENCY_KEY)) {
                            onceKey = text.substring(valueAt, pairEnd);
                        }
                    }
                    case '_' -> shardingKey |= isName(text, at, nameEnd, PropertyNames.SHARDING_KEY);
                    default -> {
                        // a name that means nothing to the broker
                    }
                }
            }
            at = pairEnd + 1;
        }
        boolean endsInPair = length == 0 || text.charAt(length - 1) == PAIR_END;
        return new PropertyScan(
                uniqueKey, shardingKey, waits, delay, isHalf, isTimed, expires, onceKey, isRestamped, endsInPair);
    }

    private static boolean isName(String text, int at, int nameEnd, String name) {
        return nameEnd - at == name.length() && text.startsWith(name, at);
    }

    /** The delay level asked for; 0 when there is none or it is no number. */
    int delayLevel() {
        if (delay.isEmpty() || delay.length() > 9 || !delay.chars().allMatch(Character::isDigit)) {
            return 0;
        }
        return Integer.parseInt(delay);
    }
}

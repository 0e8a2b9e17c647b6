package io.sluice.port;

import io.sluice.model.Message;
import io.sluice.port.LeaseReader.Settlement;
import java.util.List;
import java.util.Objects;

/**
 * Sends and settlements that hold together or not at all.
 *
 * @param id          names the unit for as long as repeats are known: committing it again answers with the first result.
 *                    Empty: a repeat does it again. Else 1..{@value #ID_LENGTH_MAX} visible ASCII characters
 * @param sends       stored in this order, at most {@value #SENDS_MAX}
 * @param settlements acknowledgements, releases and rejections of leases, at most {@value #SETTLEMENTS_MAX}; an extension does
 *                    not belong here
 */
public record UnitOfWork(String id, List<Send> sends, List<Settlement> settlements) {
    public static final int ID_LENGTH_MAX = 200;
    /** Of an idempotency key of a message, which is a unit of its own. */
    public static final int KEY_LENGTH_MAX = 128;

    public static final int SENDS_MAX = 4096;
    public static final int SETTLEMENTS_MAX = 32_768;
    /** Bodies and properties of all sends together, bytes. */
    public static final int BYTES_MAX = 8 * 1024 * 1024;

    /** One message of the unit. */
    public record Send(Message message, Placement placement) {
        public Send {
            Objects.requireNonNull(message, "message");
            Objects.requireNonNull(placement, "placement");
        }
    }

    public UnitOfWork {
        sends = List.copyOf(sends);
        settlements = List.copyOf(settlements);
        if (!id.isEmpty()) {
            checkId(id);
        }
    }

    /** @throws IllegalArgumentException when the id of a unit is none; says what is allowed */
    public static void checkId(String id) {
        check("an id", id, ID_LENGTH_MAX);
    }

    /** @throws IllegalArgumentException when an idempotency key is none; says what is allowed */
    public static void checkKey(String key) {
        check("a key", key, KEY_LENGTH_MAX);
    }

    private static void check(String what, String name, int lengthMax) {
        boolean isVisible = name.chars().allMatch(c -> c > ' ' && c < 0x7F);
        if (name.isEmpty() || name.length() > lengthMax || !isVisible) {
            throw new IllegalArgumentException(
                    "%s of %d characters is not allowed; expected 1 to %d visible ASCII characters without blanks"
                            .formatted(what, name.length(), lengthMax));
        }
    }

    public boolean isEmpty() {
        return sends.isEmpty() && settlements.isEmpty();
    }
}

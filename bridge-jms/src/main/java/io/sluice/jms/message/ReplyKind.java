package io.sluice.jms.message;

import io.sluice.jms.destination.Address;
import io.sluice.jms.destination.Kind;
import io.sluice.model.IllegalNameException;
import io.sluice.model.PropertyNames;
import java.util.Optional;

/** What the name in a reply-to property stands for, as {@link PropertyNames#JMS_REPLY_KIND} says it. */
final class ReplyKind {
    private static final String TEMPORARY = "temp-";

    private ReplyKind() {}

    static String wordFor(Address address) {
        return (address.temporary() ? TEMPORARY : "") + address.kind().word();
    }

    /**
     * The address that a stored reply-to means; none when it cannot be a JMS destination.
     *
     * @param word     the stored kind, {@code null} on messages of other doors
     * @param fallback the kind then
     */
    static Optional<Address> addressOf(String name, String word, Kind fallback) {
        boolean temporary = word != null && word.startsWith(TEMPORARY);
        Kind kind = word == null
                ? fallback
                : Kind.ofWord(temporary ? word.substring(TEMPORARY.length()) : word)
                        .orElse(fallback);
        try {
            return Optional.of(new Address(kind, name, temporary));
        } catch (IllegalNameException notOurs) {
            return Optional.empty();
        }
    }
}

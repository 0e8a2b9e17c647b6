package io.sluice.jms.destination;

import io.sluice.model.EscapedName;
import io.sluice.model.TopicName;

/** The native topic of a JMS name: a legal name stays as it is, any other is written as an {@link EscapedName}. */
final class NativeName {
    private NativeName() {}

    /** A legal name; too long or empty, if so, for {@link TopicName} to refuse. */
    static String encode(String name) {
        return isLegal(name) ? name : EscapedName.encode(name);
    }

    /** The name that {@link #encode} wrote so; any other text is its own name. */
    static String decode(String nativeName) {
        return EscapedName.decode(nativeName).filter(name -> !isLegal(name)).orElse(nativeName);
    }

    private static boolean isLegal(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (!TopicName.isLegalCharacter(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}

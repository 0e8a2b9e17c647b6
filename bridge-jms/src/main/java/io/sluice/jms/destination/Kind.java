package io.sluice.jms.destination;

import java.util.Locale;
import java.util.Optional;

/** The two messaging styles: each message to one consumer, or to every subscriber. */
public enum Kind {
    QUEUE,
    TOPIC;

    /** How the kind is written in message properties: {@code queue} or {@code topic}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads {@link #word}; none for any other text. */
    public static Optional<Kind> ofWord(String word) {
        for (Kind kind : values()) {
            if (kind.word().equals(word)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}

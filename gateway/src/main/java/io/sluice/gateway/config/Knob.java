package io.sluice.gateway.config;

import java.util.List;

/**
 * One setting that users can turn.
 *
 * @param section      heading under which the documentation lists it
 * @param key          name in files; RocketMQ's where it has one
 * @param kind         what values are legal
 * @param defaultValue as it would be written in a file; empty when there is none
 * @param meaning      one sentence, with the unit
 */
public record Knob(String section, String key, Kind kind, String defaultValue, String meaning) {

    /** What values are legal. */
    public sealed interface Kind {
        /** @return what is wrong with the value, as "expected ...", or {@code null} when it is legal */
        String complaint(String value);

        /** The kind as the documentation names it. */
        String shown();
    }

    /** A whole number, both ends included. */
    public record WholeNumber(long min, long max) implements Kind {
        @Override
        public String complaint(String value) {
            try {
                long number = Long.parseLong(value);
                return number >= min && number <= max ? null : "expected " + shown();
            } catch (NumberFormatException notANumber) {
                return "expected " + shown();
            }
        }

        @Override
        public String shown() {
            return max == Long.MAX_VALUE ? "%d or more".formatted(min) : "%d..%d".formatted(min, max);
        }
    }

    /** {@code true} or {@code false}. */
    public record Flag() implements Kind {
        @Override
        public String complaint(String value) {
            return value.equals("true") || value.equals("false") ? null : "expected " + shown();
        }

        @Override
        public String shown() {
            return "true or false";
        }
    }

    /** One of some words. */
    public record Choice(List<String> words) implements Kind {
        @Override
        public String complaint(String value) {
            return words.contains(value) ? null : "expected " + shown();
        }

        @Override
        public String shown() {
            return "one of " + String.join(", ", words);
        }
    }

    /** Any text that is not empty; {@code described} says what it should be. */
    public record Text(String described) implements Kind {
        @Override
        public String complaint(String value) {
            return value.isBlank() ? "expected " + described : null;
        }

        @Override
        public String shown() {
            return described;
        }
    }

    /** {@code host:port}, several separated by semicolons. */
    public record Addresses() implements Kind {
        @Override
        public String complaint(String value) {
            for (String address : value.split(";")) {
                int colon = address.lastIndexOf(':');
                if (colon < 1
                        || new WholeNumber(1, 65535)
                                        .complaint(address.substring(colon + 1).trim())
                                != null) {
                    return "expected " + shown();
                }
            }
            return null;
        }

        @Override
        public String shown() {
            return "host:port, several separated by ;";
        }
    }

    static Kind number(long min, long max) {
        return new WholeNumber(min, max);
    }

    static Kind port() {
        return new WholeNumber(0, 65535);
    }

    static Kind flag() {
        return new Flag();
    }

    static Kind choice(String... words) {
        return new Choice(List.of(words));
    }

    static Kind text(String described) {
        return new Text(described);
    }
}

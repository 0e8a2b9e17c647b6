package io.sluice.filter;

/** The properties of one message, as a condition asks for them by name. */
@FunctionalInterface
public interface PropertyLookup {

    /**
     * The value of the property, {@code null} when the message has none. A {@link String}, a {@link Boolean}, or a
     * {@link Byte}, {@link Short}, {@link Integer}, {@link Long}, {@link Float} or {@link Double}.
     */
    Object get(String name);

    /**
     * Whether a {@link String} is known to be one. If not, every value travelled as text, and text that stands beside a
     * number or a boolean is read as one; if so, comparing it with them is false (Jakarta Messaging 3.1 §3.8.1.1).
     */
    default boolean isTyped() {
        return false;
    }
}

package io.sluice.transport;

/**
 * A place for one value per connection. A slot is its own key: keep it in a constant.
 *
 * @param <T> what lies there
 */
public final class PeerSlot<T> {
    private final String name;

    private PeerSlot(String name) {
        this.name = name;
    }

    public static <T> PeerSlot<T> named(String name) {
        return new PeerSlot<>(name);
    }

    @Override
    public String toString() {
        return name;
    }
}

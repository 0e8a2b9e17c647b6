package io.sluice.gateway.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checked values of every {@link Knob}, with where each came from. Immutable.
 *
 * @param accepted keys that RocketMQ knows and Sluice does not need, in name order
 */
public record Settings(Map<String, Value> values, List<String> accepted) {

    /** @param origin {@code default}, a file, {@code environment SLUICE_...} or {@code -D} */
    public record Value(String text, String origin) {}

    public Settings {
        values = Map.copyOf(values);
        accepted = List.copyOf(accepted);
    }

    public String text(String key) {
        Value value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("no knob is called " + key);
        }
        return value.text();
    }

    public int number(String key) {
        return Math.toIntExact(longNumber(key));
    }

    public long longNumber(String key) {
        return Long.parseLong(text(key));
    }

    public boolean flag(String key) {
        return Boolean.parseBoolean(text(key));
    }

    public Path path(String key) {
        return Path.of(text(key));
    }

    public boolean isGiven(String key) {
        return !values.get(key).origin().equals("default");
    }

    /** The addresses of a {@code host:port;host:port} setting; none when it is empty. */
    public List<String> addresses(String key) {
        List<String> addresses = new ArrayList<>();
        for (String address : text(key).split(";")) {
            if (!address.isBlank()) {
                addresses.add(address.trim());
            }
        }
        return addresses;
    }

    /** Every setting that is not at its default, in name order, for the log. */
    public Map<String, Value> given() {
        Map<String, Value> given = new TreeMap<>();
        values.forEach((key, value) -> {
            if (isGiven(key)) {
                given.put(key, value);
            }
        });
        return given;
    }
}

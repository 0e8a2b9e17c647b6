package io.sluice.gateway.assembly;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one line on standard output that says every door accepts, and where. */
final class ReadyLine {
    private final Map<String, String> entries = new LinkedHashMap<>();

    void door(String name, String host, int port) {
        entries.put(name, host + ":" + port);
    }

    void entry(String name, String value) {
        entries.put(name, value);
    }

    String text() {
        StringBuilder line = new StringBuilder("Sluice is ready");
        entries.forEach(
                (name, value) -> line.append(' ').append(name).append('=').append(value));
        return line.toString();
    }
}

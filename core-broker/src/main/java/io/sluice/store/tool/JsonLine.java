package io.sluice.store.tool;

import java.net.InetSocketAddress;
import java.util.Map;

/** One JSON object on one line. */
final class JsonLine {
    private final StringBuilder line = new StringBuilder("{");

    JsonLine number(String name, long value) {
        name(name).append(value);
        return this;
    }

    JsonLine text(String name, String value) {
        name(name);
        quote(value);
        return this;
    }

    JsonLine texts(String name, Map<String, String> pairs) {
        JsonLine object = new JsonLine();
        pairs.forEach(object::text);
        name(name).append(object.end());
        return this;
    }

    String end() {
        return line + "}";
    }

    static String host(InetSocketAddress host) {
        String address = host.getAddress().getHostAddress();
        return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + host.getPort();
    }

    private StringBuilder name(String name) {
        if (line.length() > 1) {
            line.append(',');
        }
        quote(name);
        return line.append(':');
    }

    private void quote(String text) {
        line.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> line.append("\\\"");
                case '\\' -> line.append("\\\\");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x7F || Character.isSurrogate(c)) {
                        line.append("\\u%04x".formatted((int) c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
        line.append('"');
    }
}

package io.sluice.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One line of {@code records-*.jsonl}: what a record of a fixture holds. */
record ExpectedRecord(Map<String, Object> fields) {

    /** Every record of the file, fillers left out. */
    static List<ExpectedRecord> read(String resource) {
        List<ExpectedRecord> records = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                ExpectedRecord.class.getResourceAsStream("/fixtures/" + resource), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                ExpectedRecord record = new ExpectedRecord(new Parser(line).object());
                if (!record.fields.containsKey("blank")) {
                    records.add(record);
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return records;
    }

    String text(String name) {
        return (String) fields.get(name);
    }

    long number(String name) {
        return (Long) fields.get(name);
    }

    @SuppressWarnings("unchecked")
    Map<String, String> properties() {
        return (Map<String, String>) fields.get("properties");
    }

    /** The body after inflating. */
    byte[] body() {
        if (fields.get("body") instanceof String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        if (fields.get("bodyHex") instanceof String hex) {
            return HexFormat.of().parseHex(hex);
        }
        Map<?, ?> repeat = (Map<?, ?>) fields.get("bodyRepeat");
        return ((String) repeat.get("byte"))
                .repeat((int) (long) (Long) repeat.get("count"))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** As much of JSON as the files use: objects, strings, integers, booleans, null. */
    private static final class Parser {
        private final String line;
        private int at;

        Parser(String line) {
            this.line = line;
        }

        Map<String, Object> object() {
            Map<String, Object> fields = new LinkedHashMap<>();
            expect('{');
            while (peek() != '}') {
                String name = string();
                expect(':');
                fields.put(name, value());
                if (peek() == ',') {
                    expect(',');
                }
            }
            expect('}');
            return fields;
        }

        private Object value() {
            char c = peek();
            if (c == '{') {
                return object();
            }
            if (c == '"') {
                return string();
            }
            int end = at;
            while (",} ".indexOf(line.charAt(end)) < 0) {
                end++;
            }
            String word = line.substring(at, end);
            at = end;
            return switch (word) {
                case "true" -> Boolean.TRUE;
                case "false" -> Boolean.FALSE;
                case "null" -> null;
                default -> Long.parseLong(word);
            };
        }

        private String string() {
            expect('"');
            StringBuilder text = new StringBuilder();
            for (char c = line.charAt(at++); c != '"'; c = line.charAt(at++)) {
                if (c != '\\') {
                    text.append(c);
                    continue;
                }
                char escaped = line.charAt(at++);
                switch (escaped) {
                    case 'u' -> {
                        text.append((char) Integer.parseInt(line.substring(at, at + 4), 16));
                        at += 4;
                    }
                    case 'n' -> text.append('\n');
                    case 't' -> text.append('\t');
                    case 'r' -> text.append('\r');
                    case 'b' -> text.append('\b');
                    case 'f' -> text.append('\f');
                    default -> text.append(escaped);
                }
            }
            return text.toString();
        }

        private char peek() {
            while (line.charAt(at) == ' ') {
                at++;
            }
            return line.charAt(at);
        }

        private void expect(char c) {
            if (peek() != c) {
                throw new IllegalArgumentException("expected " + c + " at " + at + " of " + line);
            }
            at++;
        }
    }
}

package io.sluice.broker.settings;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The text of {@code overrides.properties}: settings that were changed at run time, one per line, in order. */
public final class Overrides {
    /** Its name in the directory {@code config} of the store. */
    public static final String FILE_NAME = "overrides.properties";

    private static final String HEAD =
            "# Settings changed at run time. They count more than the configuration file and the"
                    + " environment, less than -D.\n# Delete a line, with the process stopped, to go back to what was configured.\n";

    private Overrides() {}

    /** @throws IllegalArgumentException when the text has a malformed escape */
    public static Map<String, String> parse(String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        Map<String, String> values = new TreeMap<>();
        properties.forEach((key, value) -> values.put((String) key, (String) value));
        return values;
    }

    /** Keys are plain words and values one line each, which is what settings are. */
    public static String write(Map<String, String> overrides) {
        StringBuilder text = new StringBuilder(HEAD);
        new TreeMap<>(overrides).forEach((key, value) -> text.append(key)
                .append('=')
                .append(value.replace("\\", "\\\\"))
                .append('\n'));
        return text.toString();
    }
}

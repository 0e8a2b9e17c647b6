package io.sluice.gateway.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A part of a page that a test writes and compares: what stands between the lines {@code <!-- generated: NAME -->} and
 * {@code <!-- end -->}. Written anew with {@code -Dsluice.rewrite=true}.
 */
public final class GeneratedSection {
    private static final String END = "<!-- end -->";

    private final Path page;
    private final String begin;

    /** @param page relative to the root of the project */
    public GeneratedSection(String page, String name) {
        this.page = Path.of(System.getProperty("sluice.root")).resolve(page);
        this.begin = "<!-- generated: %s -->".formatted(name);
    }

    /** What the page says; after a rewrite that is what was expected. */
    public String text(String expected) {
        try {
            String whole = Files.readString(page);
            int from = after(whole, begin, 0);
            int to = after(whole, END, from) - END.length();
            if (Boolean.getBoolean("sluice.rewrite")) {
                whole = whole.substring(0, from) + "\n" + expected + whole.substring(to);
                Files.writeString(page, whole);
                return expected;
            }
            return whole.substring(from, to).replaceFirst("^\n", "");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private int after(String whole, String mark, int from) {
        int at = whole.indexOf(mark, from);
        if (at < 0) {
            throw new AssertionError("%s has no line '%s'".formatted(page, mark));
        }
        return at + mark.length();
    }
}

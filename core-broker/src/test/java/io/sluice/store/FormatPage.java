package io.sluice.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The examples of a page in docs/formats, so that page and code cannot say different things. */
public final class FormatPage {
    private final String name;
    private final String page;

    private FormatPage(String name, String page) {
        this.name = name;
        this.page = page;
    }

    public static FormatPage read(String name) {
        Path path = Path.of(System.getProperty("sluice.root"), "docs", "formats", name + ".md");
        try {
            return new FormatPage(name, Files.readString(path));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Bytes of the block that begins with {@code ```hex NAME}; on a line two blanks or more begin a remark. */
    public byte[] hex(String block) {
        StringBuilder digits = new StringBuilder();
        text("hex " + block).lines().map(line -> line.split("  ")[0]).forEach(digits::append);
        return HexFormat.of().parseHex(digits.toString().replace(" ", ""));
    }

    public ByteBuffer bytes(String block) {
        return ByteBuffer.wrap(hex(block));
    }

    /** Lines of the block that begins with {@code ```TITLE}. */
    public String text(String title) {
        Matcher block = Pattern.compile(
                        "^```" + Pattern.quote(title) + "\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(page);
        if (!block.find()) {
            throw new AssertionError("docs/formats/%s.md has no block '%s'".formatted(name, title));
        }
        return block.group(1);
    }
}

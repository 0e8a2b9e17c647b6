package io.sluice.wire.frame;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The name of an extension field with its bytes made once; kept in constants by whoever looks fields up often. */
public final class FieldName {
    private final String text;
    private final byte[] utf8;
    /** The member name of a JSON header, quotes and colon included; {@code null} when it needs escapes. */
    private final byte[] jsonMember;

    private FieldName(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a field name is not empty");
        }
        this.text = text;
        this.utf8 = text.getBytes(StandardCharsets.UTF_8);
        boolean plain = text.chars().allMatch(c -> c > 0x20 && c < 0x7F && c != '"' && c != '\\');
        this.jsonMember = plain ? ('"' + text + "\":").getBytes(StandardCharsets.US_ASCII) : null;
    }

    public static FieldName of(String text) {
        return new FieldName(text);
    }

    /** In UTF-8; not to be written to. */
    byte[] utf8() {
        return utf8;
    }

    byte[] jsonMember() {
        return jsonMember;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FieldName name && text.equals(name.text);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(utf8);
    }

    @Override
    public String toString() {
        return text;
    }
}

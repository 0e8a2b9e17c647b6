package io.sluice.jms.xa;

import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.transaction.xa.Xid;

/** The name of a branch, which is also the id of its unit of work: {@code xa:} format, global part and qualifier. */
public final class BranchId implements Xid {
    private static final Pattern FORM =
            Pattern.compile("xa:([0-9a-f]{1,8}):([A-Za-z0-9_-]{0,86}):([A-Za-z0-9_-]{0,86})");

    private final int formatId;
    private final byte[] global;
    private final byte[] qualifier;

    private BranchId(int formatId, byte[] global, byte[] qualifier) {
        this.formatId = formatId;
        this.global = global;
        this.qualifier = qualifier;
    }

    /** @throws IllegalArgumentException when a part is longer than the 64 bytes that a name may have */
    static BranchId of(Xid xid) {
        byte[] global = xid.getGlobalTransactionId();
        byte[] qualifier = xid.getBranchQualifier();
        if (global.length > MAXGTRIDSIZE || qualifier.length > MAXBQUALSIZE) {
            throw new IllegalArgumentException("a branch with parts of %d and %d bytes; at most %d and %d are allowed"
                    .formatted(global.length, qualifier.length, MAXGTRIDSIZE, MAXBQUALSIZE));
        }
        return new BranchId(xid.getFormatId(), global.clone(), qualifier.clone());
    }

    /** None when the unit of work is of somebody else. */
    static Optional<BranchId> parse(String unitId) {
        Matcher parts = FORM.matcher(unitId);
        if (!parts.matches()) {
            return Optional.empty();
        }
        Base64.Decoder base64 = Base64.getUrlDecoder();
        try {
            return Optional.of(new BranchId(
                    Integer.parseUnsignedInt(parts.group(1), 16),
                    base64.decode(parts.group(2)),
                    base64.decode(parts.group(3))));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    String unitId() {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        return "xa:%x:%s:%s".formatted(formatId, base64.encodeToString(global), base64.encodeToString(qualifier));
    }

    @Override
    public int getFormatId() {
        return formatId;
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return global.clone();
    }

    @Override
    public byte[] getBranchQualifier() {
        return qualifier.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BranchId that
                && formatId == that.formatId
                && Arrays.equals(global, that.global)
                && Arrays.equals(qualifier, that.qualifier);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(global) + Arrays.hashCode(qualifier) + formatId;
    }

    @Override
    public String toString() {
        return unitId();
    }
}

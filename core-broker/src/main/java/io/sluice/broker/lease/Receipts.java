package io.sluice.broker.lease;

import io.sluice.model.GroupName;
import io.sluice.model.SluiceException;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Writes receipts and believes them again: a receipt says everything about its lease and is signed, so it needs no table and
 * no connection. Base64 for URLs of a version, the lease, and 16 bytes of HMAC-SHA256; messages that were lent together share
 * it and differ in their place. Any thread.
 */
final class Receipts {
    static final int KEY_BYTES = 32;

    /** Of the receipt of one message, whose own fingerprint it has. */
    private static final int ONE = 1;
    /** Of a receipt that messages have which were lent together: how many, and which entry the fingerprint is of. */
    private static final int RUN = 2;

    /** In place of a version, so that a seal is never part of a signature. */
    private static final int POP_SEAL = 255;

    private static final int ORDERED_POP = 999;
    private static final int SIGNATURE_BYTES = 16;
    private static final int HANDLE_MAX_CHARS = 1024;
    private static final int NAME_MAX_BYTES = GroupName.LENGTH_MAX;
    private static final String ALGORITHM = "HmacSHA256";

    private final ThreadLocal<Mac> macs;
    private final ThreadLocal<Names> names = ThreadLocal.withInitial(Names::new);
    private final ThreadLocal<Believed> believed = ThreadLocal.withInitial(Believed::new);

    /** The receipt of several messages that this thread read last: they mostly come back together. */
    private static final class Believed {
        private String run;
        private Claim claim;
    }

    /** The names that this thread wrote or read last, in both forms: receipts of one cursor mostly come together. */
    private static final class Names {
        private CursorKey key;
        private byte[] packed = {};

        byte[] of(CursorKey wanted) {
            if (wanted != key) {
                packed = new PackedWriter(64)
                        .text(wanted.group().value())
                        .text(wanted.topic().value())
                        .number(wanted.queueId())
                        .toByteArray();
                key = wanted;
            }
            return packed;
        }

        /** The key that stands at the reader's position, behind which it is moved. */
        CursorKey read(PackedReader from) {
            if (key != null && from.skips(packed)) {
                return key;
            }
            CursorKey read = new CursorKey(
                    new GroupName(from.text(NAME_MAX_BYTES)),
                    new TopicName(from.text(NAME_MAX_BYTES)),
                    from.number(Integer.MAX_VALUE));
            of(read);
            return read;
        }
    }

    /** @param key secret of the store, {@value #KEY_BYTES} bytes */
    Receipts(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException(
                    "receipt key has %d bytes, expected %d".formatted(key.length, KEY_BYTES));
        }
        SecretKeySpec secret = new SecretKeySpec(key, ALGORITHM);
        macs = ThreadLocal.withInitial(() -> newMac(secret));
    }

    private static Mac newMac(SecretKeySpec secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return mac;
        } catch (GeneralSecurityException missing) {
            throw new SluiceException(
                    "this Java runtime lacks %s, which every Java runtime must have".formatted(ALGORITHM), missing);
        }
    }

    /** The receipt of the first message that the claim is for; those of the others have the places behind it. */
    Receipt write(Claim claim) {
        boolean alone = claim.count() == 1 && claim.witness() == claim.offset();
        PackedWriter to = new PackedWriter(96)
                .octet(alone ? ONE : RUN)
                .raw(names.get().of(claim.key()))
                .number(claim.offset())
                .fixed(claim.leaseId())
                .number(claim.attempt())
                .number(claim.untilMs())
                .number(claim.fingerprint() & 0xFFFFFFFFL);
        if (!alone) {
            to.number(claim.count()).number(claim.witness() - claim.offset());
        }
        byte[] content = to.toByteArray();
        byte[] signed = Arrays.copyOf(content, content.length + SIGNATURE_BYTES);
        System.arraycopy(macs.get().doFinal(content), 0, signed, content.length, SIGNATURE_BYTES);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(signed);
        return new Receipt(text, alone ? Receipt.ALONE : 0);
    }

    /**
     * What the receipt says of its one message. Empty when this store did not write the receipt, somebody changed it, or a
     * newer release wrote it.
     */
    Optional<Claim> read(Receipt receipt) {
        return readRun(receipt.run())
                .filter(run -> isOf(run, receipt.place()))
                .map(run -> receipt.place() == Receipt.ALONE ? run : run.part(receipt.place(), 1));
    }

    /** Whether the run has such a place; that of one message has none. */
    static boolean isOf(Claim run, int place) {
        boolean alone = run.count() == 1 && run.witness() == run.offset();
        return alone ? place == Receipt.ALONE : place >= 0 && place < run.count();
    }

    /** What a receipt says without its place; empty as {@link #read}. */
    Optional<Claim> readRun(String run) {
        if (run.length() > HANDLE_MAX_CHARS) {
            return Optional.empty();
        }
        Believed last = believed.get();
        if (run.equals(last.run)) {
            return Optional.of(last.claim);
        }
        byte[] signed;
        try {
            signed = Base64.getUrlDecoder().decode(run);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        int length = signed.length - SIGNATURE_BYTES;
        if (length <= 0 || !isSigned(signed, length)) {
            return Optional.empty();
        }
        Optional<Claim> claim = parse(ByteBuffer.wrap(signed, 0, length));
        if (claim.isPresent() && signed[0] == RUN) {
            last.run = run;
            last.claim = claim.get();
        }
        return claim;
    }

    /** What a {@link PopHandle} carries to be believed: positive, and not {@value #ORDERED_POP}, which clients give a meaning. */
    int seal(GroupName group, TopicName topic, long popTimeMs, long invisibleMs) {
        byte[] content = new PackedWriter(96)
                .octet(POP_SEAL)
                .text(group.value())
                .text(topic.value())
                .fixed(popTimeMs)
                .fixed(invisibleMs)
                .toByteArray();
        int seal = ByteBuffer.wrap(macs.get().doFinal(content)).getInt() & Integer.MAX_VALUE;
        return seal == ORDERED_POP ? seal + 1 : seal;
    }

    private boolean isSigned(byte[] signed, int length) {
        Mac mac = macs.get();
        mac.update(signed, 0, length);
        byte[] expected = Arrays.copyOf(mac.doFinal(), SIGNATURE_BYTES);
        return MessageDigest.isEqual(expected, Arrays.copyOfRange(signed, length, signed.length));
    }

    private Optional<Claim> parse(ByteBuffer content) {
        PackedReader from = new PackedReader(content);
        int version = from.octet();
        if (version != ONE && version != RUN) {
            return Optional.empty();
        }
        CursorKey key = names.get().read(from);
        long offset = from.number();
        long leaseId = from.fixed();
        int attempt = from.number(Integer.MAX_VALUE);
        long untilMs = from.number();
        int fingerprint = (int) from.number();
        if (version == ONE) {
            return Optional.of(Claim.signed(key, offset, leaseId, attempt, untilMs, fingerprint));
        }
        int count = from.number(Receipt.PLACE_MAX);
        long witness = offset + from.number();
        return Optional.of(new Claim(key, offset, count, leaseId, attempt, untilMs, witness, fingerprint, 0));
    }

    /** Tells a message from another that took its place in the queue after the log lost its end. */
    static int fingerprint(MessageView message) {
        long mixed = (message.logOffset() * 31 + message.storedAtMs()) * 31 + message.bodyCrc();
        return Long.hashCode(mixed * 0x9E3779B97F4A7C15L);
    }
}

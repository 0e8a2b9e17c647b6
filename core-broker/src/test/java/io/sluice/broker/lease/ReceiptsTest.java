package io.sluice.broker.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.Receipt;
import java.util.Arrays;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ReceiptsTest {
    private static final byte[] KEY = key(1);
    private final Receipts receipts = new Receipts(KEY);

    private static byte[] key(int fill) {
        byte[] key = new byte[Receipts.KEY_BYTES];
        Arrays.fill(key, (byte) fill);
        return key;
    }

    private static Claim claim(long offset) {
        return Claim.signed(
                new CursorKey(new GroupName("%crew|1"), new TopicName("%RETRY%Jobs"), 7),
                offset,
                -5,
                3,
                1_700_000_000_000L,
                -77);
    }

    @Property(tries = 300)
    void whatAReceiptSaysIsReadBack(
            @ForAll @LongRange(min = 0) long offset,
            @ForAll long leaseId,
            @ForAll @IntRange(min = 0) int attempt,
            @ForAll int fingerprint) {
        Claim claim = Claim.signed(claim(0).key(), offset, leaseId, attempt, 42, fingerprint);
        Receipt receipt = receipts.write(claim);
        assertThat(receipts.read(receipt)).contains(claim);
        assertThat(receipt.handle()).matches("[A-Za-z0-9_-]+");
        assertThat(new Receipts(KEY).read(receipt)).as("after a restart").contains(claim);
    }

    @Property(tries = 300)
    void theReceiptsOfARunDifferInTheirPlaceAlone(
            @ForAll @LongRange(min = 0, max = 1L << 50) long offset,
            @ForAll @IntRange(min = 2, max = Receipt.PLACE_MAX) int count,
            @ForAll @IntRange(min = 0, max = Receipt.PLACE_MAX) int place) {
        Claim run = Claim.signedRun(claim(0).key(), offset, count, 8, 1, 42, -3);
        Receipt first = receipts.write(run);
        Receipt one = new Receipt(first.behind(place % count).handle());
        assertThat(one.run()).isEqualTo(first.run());
        assertThat(one.handle()).matches("[A-Za-z0-9_-]+~[0-9]+");
        for (Receipts reader : new Receipts[] {receipts, new Receipts(KEY)}) {
            assertThat(reader.read(one)).contains(run.part(place % count, 1));
            assertThat(reader.read(new Receipt(first.run(), count))).isEmpty();
            assertThat(reader.read(new Receipt(first.run()))).isEmpty();
        }
        assertThat(new Receipts(key(2)).read(one)).isEmpty();
    }

    @Property(tries = 300)
    void aReceiptIsTheSameWhenItIsReadFromItsText(@ForAll String text) {
        assertThat(new Receipt(text).handle()).isEqualTo(text);
    }

    @Property(tries = 300)
    void aChangedReceiptIsNone(
            @ForAll @IntRange(min = 0, max = 10_000) int where, @ForAll @IntRange(min = 0, max = 7) int bit) {
        byte[] bytes = Base64.getUrlDecoder().decode(receipts.write(claim(9)).handle());
        bytes[where % bytes.length] ^= (byte) (1 << bit);
        assertThat(receipts.read(
                        new Receipt(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes))))
                .isEmpty();
    }

    @Test
    void aReceiptOfAnotherStoreIsNone() {
        assertThat(new Receipts(key(2)).read(receipts.write(claim(9)))).isEmpty();
    }

    @Property(tries = 500)
    void anyTextIsReadWithoutFailing(@ForAll String text) {
        assertThatCode(() -> assertThat(receipts.read(new Receipt(text))).isEmpty())
                .doesNotThrowAnyException();
    }

    @Test
    void aHugeTextIsRefusedBeforeItIsDecoded() {
        assertThat(receipts.read(new Receipt("A".repeat(10_000_000)))).isEmpty();
    }
}

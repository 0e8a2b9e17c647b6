package io.sluice.broker.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.broker.unit.PreparedPart.Target;
import io.sluice.broker.unit.UnitRecord.Kind;
import io.sluice.store.FormatPage;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page docs/formats/units.md and the code say the same. */
class UnitFormatTest {
    private static final InetSocketAddress HOST = new InetSocketAddress(InetAddress.getLoopbackAddress(), 10911);

    private static MessageView stored(NewRecord record) {
        return MessageView.of(MessageEncoder.encode(record, 0, 0, 1, HOST));
    }

    @Test
    void theFirstRecordOfAUnitIsAsThePageSays() {
        FormatPage page = FormatPage.read("units");
        UnitRecord unit = UnitRecord.of(Kind.COMMITTED, "unit:u1", 0xCAFEBABE, 2);
        NewRecord record = unit.encode();
        assertThat(record.topic()).isEqualTo("rmq_sys_sluice_unit");
        assertThat(record.body()).isEqualTo(page.bytes("body"));
        assertThat(record.properties()).isEqualTo(page.bytes("properties"));
        assertThat(UnitRecord.decode(stored(record))).isEqualTo(unit);
    }

    @Test
    void theRecordOfAPreparedUnitIsAsThePageSays() {
        FormatPage page = FormatPage.read("units");
        PreparedPart part = new PreparedPart(
                new UnitSummary(1_700_000_000_000L, 1, 300), 4096, List.of(new Target("Bills", 3)), page.hex("held"));
        UnitRecord unit = new UnitRecord(Kind.PREPARED, "unit:x1", 0xCAFEBABE, 1, part.encode());
        assertThat(unit.encode().body()).isEqualTo(page.bytes("prepared"));
        UnitRecord read = UnitRecord.decode(stored(unit.encode()));
        assertThat(read).isEqualTo(unit);
        PreparedPart readPart = PreparedPart.decode(read.more(), 1);
        assertThat(readPart.targets()).isEqualTo(part.targets());
        assertThat(readPart.held()).isEqualTo(part.held());
        assertThat(readPart.summary()).isEqualTo(part.summary());
        assertThat(readPart.oldestNeeded()).isEqualTo(4096);
    }

    @Test
    void theRecordOfAHeuristicOutcomeIsAsThePageSays() {
        UnitSummary summary = new UnitSummary(1_700_000_000_000L, 1, 300);
        UnitRecord unit = new UnitRecord(Kind.HEURISTIC_ROLLBACK, "unit:x1", 0xCAFEBABE, 1, summary.encode());
        assertThat(unit.encode().body()).isEqualTo(FormatPage.read("units").bytes("heuristic"));
        assertThat(UnitSummary.readFrom(UnitRecord.decode(stored(unit.encode())).more()))
                .isEqualTo(summary);
    }

    @Test
    void theTableWithTheFirstRecordIsAsThePageSays() {
        String page = FormatPage.read("units").text("text table");
        assertThat(UnitLedger.text(4711)).isEqualTo(page);
        assertThat(UnitLedger.parse(page)).isEqualTo(4711);
        assertThatThrownBy(() -> UnitLedger.parse("sluice-units 2 1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPreparedPartThatIsCutOffIsToldSo() {
        PreparedPart part =
                new PreparedPart(new UnitSummary(1, 0, 3), Long.MAX_VALUE, List.of(new Target("Out", 0)), new byte[0]);
        ByteBuffer bytes = part.encode();
        for (int length = 0; length < bytes.remaining(); length++) {
            ByteBuffer cut = bytes.slice(0, length);
            assertThatThrownBy(() -> PreparedPart.decode(cut, 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aUnitWithoutAnIdHasNoKey() {
        UnitRecord unit = UnitRecord.of(Kind.COMMITTED, "", 1, 0);
        assertThat(unit.encode().properties().remaining()).isZero();
        assertThat(UnitRecord.decode(stored(unit.encode()))).isEqualTo(unit);
    }

    @Test
    void whatIsNoUnitIsToldSo() {
        NewRecord unit = UnitRecord.of(Kind.COMMITTED, "u", 1, 0).encode();
        ByteBuffer newer = ByteBuffer.allocate(10).put((byte) 9).position(0);
        NewRecord other = new NewRecord("T", 0, 0, 0, 0, HOST, 0, 0, unit.body(), unit.properties(), true);
        NewRecord later = new NewRecord(unit.topic(), 0, 0, 0, 0, HOST, 0, 0, newer, unit.properties(), true);
        assertThatThrownBy(() -> UnitRecord.decode(stored(other)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("T");
        assertThatThrownBy(() -> UnitRecord.decode(stored(later)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("version 9");
    }
}

package io.sluice.broker.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.store.FormatPage;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
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
        UnitRecord unit = new UnitRecord("unit:u1", 0xCAFEBABE, 2);
        NewRecord record = unit.encode();
        assertThat(record.topic()).isEqualTo("rmq_sys_sluice_unit");
        assertThat(record.body()).isEqualTo(page.bytes("body"));
        assertThat(record.properties()).isEqualTo(page.bytes("properties"));
        assertThat(UnitRecord.decode(stored(record))).isEqualTo(unit);
    }

    @Test
    void aUnitWithoutAnIdHasNoKey() {
        UnitRecord unit = new UnitRecord("", 1, 0);
        assertThat(unit.encode().properties().remaining()).isZero();
        assertThat(UnitRecord.decode(stored(unit.encode()))).isEqualTo(unit);
    }

    @Test
    void whatIsNoUnitIsToldSo() {
        NewRecord unit = new UnitRecord("u", 1, 0).encode();
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

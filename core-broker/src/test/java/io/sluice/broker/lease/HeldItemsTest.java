package io.sluice.broker.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.broker.lease.DeskSettling.Item;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.store.FormatPage;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldItemsTest {
    private static final Receipt NONE = new Receipt("");
    private static final CursorKey JOBS = new CursorKey(new GroupName("crew"), new TopicName("Jobs"), 3);
    private static final CursorKey NEWS = new CursorKey(new GroupName("g"), new TopicName("News"), 0);

    private static Item item(int index, CursorKey key, long offset, Settlement settlement) {
        return new Item(index, Claim.signed(key, offset, offset * 31, 2, 0, (int) (offset * -7)), settlement);
    }

    @Test
    void settlementsAreAsThePageSays() {
        byte[] page = FormatPage.read("units").hex("held");
        Claim claim = Claim.signed(JOBS, 104, 0x0102030405060708L, 1, 0, 0xCAFEBABE);
        List<Item> items = List.of(new Item(0, claim, new Settlement.Ack(NONE)));
        assertThat(HeldItems.encode(items)).isEqualTo(page);
        assertThat(HeldItems.decode(page)).isEqualTo(items);
    }

    @Test
    void everyKindOfSettlementComesBack() {
        List<Item> items = List.of(
                item(0, JOBS, 9, new Settlement.Ack(NONE)),
                item(1, JOBS, 3, new Settlement.Release(NONE, Duration.ofMillis(1500))),
                item(2, JOBS, 4, new Settlement.Retry(NONE)),
                item(3, NEWS, Long.MAX_VALUE / 4, new Settlement.Reject(NONE, "no such \u00f6rder")));
        assertThat(HeldItems.decode(HeldItems.encode(items))).isEqualTo(items);
    }

    @Test
    void aReasonIsCutWhereDeadLettersCutIt() {
        Item tooLong = item(0, JOBS, 1, new Settlement.Reject(NONE, "\uD83D\uDE00".repeat(600)));
        Item none = item(1, JOBS, 2, new Settlement.Reject(NONE, null));
        List<Item> read = HeldItems.decode(HeldItems.encode(List.of(tooLong, none)));
        assertThat(((Settlement.Reject) read.get(0).settlement()).reason()).isEqualTo("\uD83D\uDE00".repeat(512));
        assertThat(((Settlement.Reject) read.get(1).settlement()).reason()).isEmpty();
    }

    @Test
    void bytesThatAreDamagedAreRefused() {
        byte[] whole = FormatPage.read("units").hex("held");
        for (int length = 2; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> HeldItems.decode(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        byte[] newer = whole.clone();
        newer[0] = 9;
        assertThatThrownBy(() -> HeldItems.decode(newer)).hasMessageContaining("version 9");
        byte[] strange = whole.clone();
        strange[whole.length - 1] = 9;
        assertThatThrownBy(() -> HeldItems.decode(strange)).hasMessageContaining("kind 9");
    }
}

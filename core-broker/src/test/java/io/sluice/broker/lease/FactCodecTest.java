package io.sluice.broker.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.broker.lease.CursorFact.Began;
import io.sluice.broker.lease.CursorFact.Forgotten;
import io.sluice.broker.lease.CursorFact.Returned;
import io.sluice.broker.lease.CursorFact.Settled;
import io.sluice.broker.lease.CursorFact.SettledBits;
import io.sluice.model.GroupName;
import io.sluice.model.IllegalNameException;
import io.sluice.model.TopicName;
import io.sluice.store.FormatPage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

class FactCodecTest {
    private static final CursorKey JOBS = new CursorKey(new GroupName("crew"), new TopicName("Jobs"), 3);
    private static final CursorKey NEWS = new CursorKey(new GroupName("g"), new TopicName("News"), 0);

    private final FormatPage page = FormatPage.read("cursor-journal");

    private static Map<CursorKey, List<CursorFact>> golden() {
        Map<CursorKey, List<CursorFact>> facts = new LinkedHashMap<>();
        facts.put(
                JOBS,
                List.of(
                        new Began(100),
                        new Settled(100, 103),
                        new Settled(104, 105),
                        new Returned(108, 2, 1_700_000_000_000L)));
        facts.put(NEWS, List.of(new Forgotten()));
        return facts;
    }

    @Test
    void aRecordLooksAsTheFormatPageSays() {
        assertThat(FactCodec.encodeRecord(golden())).isEqualTo(page.hex("record"));
    }

    @Test
    void aSnapshotLooksAsTheFormatPageSays() {
        CursorSnapshot snapshot =
                new CursorSnapshot(4711, Map.of(JOBS, List.of(new Began(100), new Settled(100, 103))));
        assertThat(snapshot.text()).isEqualTo(page.text("text snapshot"));
        assertThat(CursorSnapshot.parse(page.text("text snapshot"))).isEqualTo(snapshot);
    }

    @Test
    void aRecordIsReadBackInOrder() {
        List<String> told = new ArrayList<>();
        FactCodec.decodeRecord(page.bytes("record"), (key, fact) -> told.add(key + " " + fact));
        assertThat(told)
                .containsExactly(
                        "crew@Jobs/3 Began[at=100]",
                        "crew@Jobs/3 Settled[from=100, to=103]",
                        "crew@Jobs/3 Settled[from=104, to=105]",
                        "crew@Jobs/3 Returned[offset=108, attempts=2, freeAtMs=1700000000000]",
                        "g@News/0 Forgotten[]");
    }

    @Test
    void aSettlementAmongOthersTakesThreeBytes() {
        List<CursorFact> everySecond = new ArrayList<>();
        for (long i = 0; i < 1000; i++) {
            everySecond.add(new Settled(5_000_000 + 2 * i, 5_000_000 + 2 * i + 1));
        }
        assertThat(FactCodec.encode(everySecond).length).isLessThan(3010);
    }

    @Test
    void aRecordOfANewerReleaseIsRefused() {
        assertThatThrownBy(() -> FactCodec.decodeRecord(ByteBuffer.wrap(new byte[] {2}), (key, fact) -> {}))
                .hasMessageContaining("version 2")
                .hasMessageContaining("newer release");
    }

    @Property(tries = 500)
    void factsComeBackAsTheyWere(@ForAll("facts") List<CursorFact> facts) {
        List<CursorFact> back = FactCodec.decode(FactCodec.encode(facts));
        assertThat(back).hasSameSizeAs(facts);
        for (int i = 0; i < facts.size(); i++) {
            if (facts.get(i) instanceof SettledBits bits) {
                assertThat(back.get(i)).isInstanceOfSatisfying(SettledBits.class, same -> {
                    assertThat(same.from()).isEqualTo(bits.from());
                    assertThat(same.words()).isEqualTo(bits.words());
                });
            } else {
                assertThat(back.get(i)).isEqualTo(facts.get(i));
            }
        }
    }

    @Property(tries = 1000)
    void damagedRecordsAreRefusedAndNothingElse(@ForAll byte[] garbage) {
        assertThatCode(() -> {
                    try {
                        FactCodec.decodeRecord(ByteBuffer.wrap(garbage), (key, fact) -> {});
                    } catch (IllegalArgumentException | IllegalNameException refused) {
                        assertThat(refused.getMessage()).isNotBlank();
                    }
                })
                .doesNotThrowAnyException();
    }

    @Property(tries = 300)
    void aSnapshotComesBackAsItWas(@ForAll("facts") List<CursorFact> facts, @ForAll long seed) {
        long offset = seed & Long.MAX_VALUE;
        CursorSnapshot snapshot = new CursorSnapshot(offset, Map.of(JOBS, facts, NEWS, List.of(new Began(0))));
        CursorSnapshot back = CursorSnapshot.parse(snapshot.text());
        assertThat(back.journalOffset()).isEqualTo(offset);
        assertThat(back.cursors().keySet()).containsExactlyInAnyOrder(JOBS, NEWS);
        assertThat(back.text()).isEqualTo(new CursorSnapshot(offset, back.cursors()).text());
        assertThat(FactCodec.encode(back.cursors().get(JOBS))).isEqualTo(FactCodec.encode(facts));
    }

    @Test
    void aSnapshotCutAnywhereIsRefused() {
        String text = new CursorSnapshot(17, golden()).text();
        for (int length = 0; length < text.length(); length++) {
            String cut = text.substring(0, length);
            assertThatThrownBy(() -> CursorSnapshot.parse(cut)).hasMessageContaining("line ");
        }
    }

    @Provide
    Arbitrary<List<CursorFact>> facts() {
        Arbitrary<Long> offsets = Arbitraries.oneOf(
                Arbitraries.longs().between(0, 1000), Arbitraries.longs().between(0, Long.MAX_VALUE / 4));
        Arbitrary<CursorFact> began = offsets.map(Began::new);
        Arbitrary<CursorFact> settled = Combinators.combine(
                        offsets, Arbitraries.longs().between(1, 1L << 40))
                .as((from, length) -> new Settled(from, from + length));
        Arbitrary<CursorFact> returned = Combinators.combine(
                        offsets,
                        Arbitraries.integers().between(0, Integer.MAX_VALUE),
                        Arbitraries.longs().between(0, Long.MAX_VALUE))
                .as(Returned::new);
        Arbitrary<CursorFact> bits = Combinators.combine(
                        Arbitraries.longs().between(0, 1L << 30),
                        Arbitraries.longs().array(long[].class).ofSize(OffsetBits.SEGMENT_OFFSETS / Long.SIZE))
                .as((segment, words) -> new SettledBits(segment * OffsetBits.SEGMENT_OFFSETS, words));
        return Arbitraries.frequencyOf(
                        Tuple.of(2, began),
                        Tuple.of(6, settled),
                        Tuple.of(4, returned),
                        Tuple.of(1, bits),
                        Tuple.of(1, Arbitraries.just(new Forgotten())))
                .list()
                .ofMaxSize(30);
    }
}

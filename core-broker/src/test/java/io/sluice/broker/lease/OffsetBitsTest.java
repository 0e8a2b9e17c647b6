package io.sluice.broker.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class OffsetBitsTest {
    /** What is done to a set: a range put in, or everything below dropped. */
    record Step(boolean drops, int from, int length) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Integer> from = Arbitraries.integers().between(0, 20_000);
        Arbitrary<Integer> length = Arbitraries.oneOf(
                Arbitraries.integers().between(1, 3), Arbitraries.integers().between(1, 9_000));
        return Combinators.combine(Arbitraries.integers().between(0, 9), from, length)
                .as((kind, start, count) -> new Step(kind == 0, start, count))
                .list()
                .ofMaxSize(40);
    }

    @Property(tries = 100)
    void holdsWhatWasPutInAboveItsFloor(@ForAll("steps") List<Step> steps) {
        OffsetBits bits = new OffsetBits(0);
        BitSet model = new BitSet();
        int floor = 0;
        for (Step step : steps) {
            if (step.drops()) {
                floor = Math.max(floor, step.from());
                bits.dropBelow(step.from());
            } else {
                bits.addRange(step.from(), step.from() + step.length());
                model.set(step.from(), step.from() + step.length());
            }
        }
        OffsetBits copy = new OffsetBits(floor);
        bits.forEachFact(floor, fact -> addTo(copy, fact));
        for (int offset = floor; offset < 30_000; offset++) {
            int next = model.nextSetBit(offset);
            boolean agrees = bits.has(offset) == model.get(offset)
                    && copy.has(offset) == model.get(offset)
                    && bits.nextPresent(offset) == (next < 0 ? Long.MAX_VALUE : next)
                    && bits.nextAbsent(offset) == model.nextClearBit(offset);
            assertThat(agrees).as("offset %d", offset).isTrue();
        }
    }

    private static void addTo(OffsetBits bits, CursorFact fact) {
        if (fact instanceof CursorFact.Settled range) {
            bits.addRange(range.from(), range.to());
        } else if (fact instanceof CursorFact.SettledBits segment) {
            bits.addBits(segment.from(), segment.words());
        }
    }

    @Test
    void anOffsetBelowTheFirstOnePutInIsNotLost() {
        OffsetBits bits = new OffsetBits(0);
        bits.add(100_000);
        bits.add(5);
        assertThat(bits.has(5)).isTrue();
        assertThat(bits.has(100_000)).isTrue();
    }

    @Test
    void aMillionOffsetsAboveAGapTakeFarLessThanTwoMegabytesHoweverTheyLie() {
        OffsetBits dense = new OffsetBits(7_000_000_000L);
        dense.addRange(7_000_000_001L, 7_001_000_001L);
        assertThat(dense.bytesHeld()).isLessThan(10_000);
        OffsetBits everySecond = new OffsetBits(7_000_000_000L);
        for (int i = 1; i <= 1_000_000; i++) {
            everySecond.add(7_000_000_000L + 2L * i);
        }
        assertThat(everySecond.bytesHeld()).isLessThan(300_000);
    }

    @Test
    void whatIsToldOfASetTakesAsLittleRoomAsTheSet() {
        OffsetBits everySecond = new OffsetBits(0);
        for (int i = 0; i < 1_000_000; i++) {
            everySecond.add(2L * i);
        }
        assertThat(encodedBytes(everySecond)).isLessThan(300_000);
        OffsetBits few = new OffsetBits(0);
        for (int i = 0; i < 10; i++) {
            few.add(100L * i);
        }
        assertThat(encodedBytes(few)).isLessThan(50);
    }

    private static int encodedBytes(OffsetBits bits) {
        List<CursorFact> facts = new ArrayList<>();
        bits.forEachFact(0, facts::add);
        return FactCodec.encode(facts).length;
    }
}

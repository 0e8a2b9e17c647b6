package io.sluice.broker.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class EndedOffsetsTest {
    @Property(tries = 50)
    void tellsTheSameAsASet(@ForAll long seed) {
        Random random = new Random(seed);
        long begin = random.nextInt(1000);
        EndedOffsets ended = new EndedOffsets(begin);
        TreeSet<Long> open = new TreeSet<>();
        long end = begin;
        for (int i = 0; i < 200_000; i++) {
            if (open.size() < 50) {
                open.add(end++);
            } else {
                long offset = random.nextInt(1000) == 0 ? open.first() : open.last();
                assertThat(ended.add(offset)).isTrue();
                assertThat(ended.add(offset)).isFalse();
                open.remove(offset);
            }
        }
        assertThat(ended.low()).isEqualTo(open.first());
        for (long offset = begin; offset < end; offset++) {
            if (ended.contains(offset) == open.contains(offset)) {
                throw new AssertionError("offset " + offset);
            }
        }
    }
}

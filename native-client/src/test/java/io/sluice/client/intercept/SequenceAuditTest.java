package io.sluice.client.intercept;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.intercept.SequenceAudit.Range;
import io.sluice.client.intercept.SequenceAudit.Report;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SequenceAuditTest {
    private static final TopicName TOPIC = new TopicName("T");

    private final SequenceTrack track = new SequenceTrack();

    private void come(int queue, long... numbers) {
        for (long number : numbers) {
            track.handled(number, new MessageQueue(TOPIC, "broker-a", queue));
        }
    }

    private Report report() {
        return track.report("s", TOPIC);
    }

    @Test
    void whatIsCompleteReportsNothing() {
        come(0, 0, 2, 4);
        come(1, 1, 3);

        assertThat(report()).isEqualTo(new Report("s", TOPIC, 5, 0, 0, List.of()));
    }

    @Test
    void gapsAreToldAsRangesUntilTheyAreFilled() {
        come(0, 2, 3, 7);
        assertThat(report().missing()).containsExactly(new Range(0, 1), new Range(4, 6));

        come(1, 0, 1, 4, 5, 6);
        assertThat(report().missing()).isEmpty();
    }

    @Test
    void whatComesTwiceIsCountedWhicheverQueueItComesBy() {
        come(0, 0, 1, 1);
        come(1, 0);

        assertThat(report().duplicates()).isEqualTo(2);
        assertThat(report().handled()).isEqualTo(2);
    }

    @Test
    void whatIsOvertakenInItsQueueIsCounted() {
        come(0, 0, 3, 2);
        come(1, 1);

        assertThat(report().overtaken()).isEqualTo(1);
    }

    @Property(tries = 100)
    void inWhateverOrderTheyComeExactlyTheOthersAreMissing(
            @ForAll @IntRange(min = 1, max = 80) int count, @ForAll long seed) {
        Random random = new Random(seed);
        List<Long> numbers = new ArrayList<>(LongStream.range(0, count).boxed().toList());
        Collections.shuffle(numbers, random);
        List<Long> come = numbers.subList(0, 1 + random.nextInt(count));
        SequenceTrack fresh = new SequenceTrack();
        come.forEach(number -> fresh.handled(number, new MessageQueue(TOPIC, "broker-a", 0)));

        TreeSet<Long> expected =
                new TreeSet<>(LongStream.range(0, Collections.max(come)).boxed().toList());
        expected.removeAll(come);
        List<Long> missing = fresh.report("s", TOPIC).missing().stream()
                .flatMap(range ->
                        LongStream.rangeClosed(range.first(), range.last()).boxed())
                .toList();
        assertThat(missing).containsExactlyElementsOf(expected);
    }
}

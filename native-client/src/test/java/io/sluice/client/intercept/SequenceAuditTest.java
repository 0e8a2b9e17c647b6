package io.sluice.client.intercept;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.Verdict;
import io.sluice.client.intercept.SequenceAudit.Range;
import io.sluice.client.intercept.SequenceAudit.Report;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import java.net.InetSocketAddress;
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

    private static ReceivedMessage numbered(String number) {
        Message message =
                Message.of("T", "x").withProperty(SequenceStamp.SOURCE, "s").withProperty(SequenceStamp.NUMBER, number);
        InetSocketAddress host = new InetSocketAddress("127.0.0.1", 10911);
        return ReceivedMessage.of(
                MessageView.of(MessageEncoder.encode(NewRecord.of(message, 0, host), 0, 0, 0, host)),
                new MessageQueue(TOPIC, "broker-a", 0));
    }

    @Test
    void whatIsNoNumberIsNotCountedAndChangesNoVerdict() throws Exception {
        SequenceAudit audit = new SequenceAudit();
        List<ReceivedMessage> messages = List.of(numbered("0"), numbered("one"), numbered("-1"), numbered("1"));

        assertThat(audit.around(new GroupName("g"), messages, all -> Verdict.DONE))
                .isEqualTo(Verdict.DONE);

        assertThat(audit.report()).containsExactly(new Report("s", TOPIC, 2, 0, 0, List.of()));
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

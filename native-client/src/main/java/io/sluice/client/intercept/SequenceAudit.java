package io.sluice.client.intercept;

import io.sluice.client.consume.BatchListener;
import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.Verdict;
import io.sluice.model.GroupName;
import io.sluice.model.MessageProperties;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds out, from the numbers of {@link SequenceStamp}, which messages are missing, came twice, or overtook each other in their
 * queue. One audit may stand in several consumers: it counts what their listeners were done with. Messages of more than
 * 10,000 sources and topics are not counted.
 *
 * <pre>{@code
 * SequenceAudit audit = new SequenceAudit();
 * client.pushConsumer("billing").subscribe("Orders").intercept(audit).listener(...).start();
 * audit.report().forEach(System.out::println);
 * }</pre>
 */
public final class SequenceAudit implements ReceiveInterceptor {
    private static final int TRACKS_MAX = 10_000;

    private final Map<Source, SequenceTrack> tracks = new ConcurrentHashMap<>();

    private record Source(String name, TopicName topic) {}

    /**
     * What is known of one source and topic.
     *
     * @param source     who numbered
     * @param handled    messages that a listener was done with, counted once each
     * @param duplicates further times
     * @param overtaken  messages handled after a later one of their queue
     * @param missing    numbers below the highest one that have not come, as ranges; a message that is still under way is among
     *                   them
     */
    public record Report(
            String source, TopicName topic, long handled, long duplicates, long overtaken, List<Range> missing) {
        public Report {
            missing = List.copyOf(missing);
        }
    }

    /** Numbers from the first to the last, both included. */
    public record Range(long first, long last) {}

    @Override
    public Verdict around(GroupName group, List<ReceivedMessage> messages, BatchListener next) throws Exception {
        Verdict verdict = next.onMessages(messages);
        if (verdict instanceof Verdict.Done) {
            messages.forEach(this::handled);
        }
        return verdict;
    }

    /** For consumers that have no listener: the application is done with the message. */
    public void handled(ReceivedMessage message) {
        MessageProperties properties = message.properties();
        String source = properties.get(SequenceStamp.SOURCE);
        OptionalLong number = numberIn(properties);
        if (source == null || number.isEmpty()) {
            return;
        }
        Source key = new Source(source, message.topic());
        SequenceTrack track = tracks.get(key);
        if (track == null) {
            if (tracks.size() >= TRACKS_MAX) {
                return;
            }
            track = tracks.computeIfAbsent(key, fresh -> new SequenceTrack());
        }
        MessageQueue queue = message.queue();
        track.handled(number.getAsLong(), queue);
    }

    /** Empty without one, and for what no {@link SequenceStamp} has written: the property is anybody's to set. */
    private static OptionalLong numberIn(MessageProperties properties) {
        String number = properties.get(SequenceStamp.NUMBER);
        try {
            long parsed = number == null ? -1 : Long.parseLong(number);
            return parsed < 0 ? OptionalLong.empty() : OptionalLong.of(parsed);
        } catch (NumberFormatException notOurs) {
            return OptionalLong.empty();
        }
    }

    /** One entry per source and topic. */
    public List<Report> report() {
        List<Report> reports = new ArrayList<>();
        tracks.forEach((source, track) -> reports.add(track.report(source.name(), source.topic())));
        return reports;
    }
}

package io.sluice.broker.assign;

import io.sluice.broker.group.ConsumerGroup;
import io.sluice.broker.group.GroupRegistry;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.body.AssignmentAnswer;
import io.sluice.wire.body.AssignmentAnswer.Assignment;
import io.sluice.wire.body.MessageRequestMode;
import io.sluice.wire.body.QueueRef;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Tells a client which queues to take. Safe for many threads; nothing is kept between questions. */
public final class Assignments {
    private static final int ANY_QUEUE = -1;
    private static final Comparator<QueueRef> ORDER =
            Comparator.comparing(QueueRef::brokerName).thenComparingInt(QueueRef::queueId);

    private final RequestModes modes;
    private final GroupRegistry members;
    private final Function<TopicName, CompletionStage<List<QueueRef>>> queues;

    /** @param queues the readable queues of a topic on all brokers */
    public Assignments(
            RequestModes modes, GroupRegistry members, Function<TopicName, CompletionStage<List<QueueRef>>> queues) {
        this.modes = modes;
        this.members = members;
        this.queues = queues;
    }

    /**
     * What one client asks.
     *
     * @param strategy     AVG or AVG_BY_CIRCLE
     * @param broadcasting whether each client takes every queue
     */
    public record Question(TopicName topic, GroupName group, String clientId, String strategy, boolean broadcasting) {}

    /** Fails with {@link Refusal#UNAVAILABLE} while the client is not known as a member: it asks again after its heartbeat. */
    public CompletionStage<AssignmentAnswer> assign(Question question) {
        return queues.apply(question.topic()).thenApply(all -> assign(question, all));
    }

    private AssignmentAnswer assign(Question question, List<QueueRef> unordered) {
        List<QueueRef> all = unordered.stream().sorted(ORDER).toList();
        if (question.broadcasting()) {
            return pulled(Set.copyOf(all));
        }
        List<String> clients =
                members.consumers(question.group()).map(ConsumerGroup::clientIds).orElse(List.of()).stream()
                        .sorted()
                        .toList();
        int place = clients.indexOf(question.clientId());
        if (place < 0) {
            throw new RefusedException(
                    Refusal.UNAVAILABLE,
                    "client %s is not a member of group %s yet; its next heartbeat makes it one"
                            .formatted(question.clientId(), question.group()));
        }
        Sharing sharing = Sharing.named(question.strategy());
        MessageRequestMode mode = modes.find(question.topic(), question.group()).orElse(null);
        if (mode == null
                || !mode.mode().equals(RequestModes.POP)
                || question.topic().isRetry()) {
            return pulled(Set.copyOf(sharing.part(all, place, clients.size())));
        }
        Set<QueueRef> part = mode.popShareQueueNum() <= 0
                ? all.stream()
                        .map(queue -> new QueueRef(queue.topic(), queue.brokerName(), ANY_QUEUE))
                        .collect(Collectors.toCollection(LinkedHashSet::new))
                : sharing.sharedPart(all, place, clients.size(), mode.popShareQueueNum());
        return answer(part, RequestModes.POP);
    }

    private static AssignmentAnswer pulled(Set<QueueRef> queues) {
        return answer(queues, RequestModes.PULL);
    }

    private static AssignmentAnswer answer(Set<QueueRef> queues, String mode) {
        return new AssignmentAnswer(
                queues.stream().map(queue -> new Assignment(queue, mode)).collect(Collectors.toSet()));
    }
}

package io.sluice.broker.lease;

import io.sluice.broker.topic.Expiry;
import io.sluice.filter.Filters;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.MessageProperties;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A lease service whose threads are stepped by the test, over a log that the test holds, with everything that survives a
 * crash kept beside it.
 */
final class LeaseBench implements LeaseGround {
    static final GroupName CREW = new GroupName("crew");
    static final TopicName JOBS = new TopicName("Jobs");
    static final Duration LEASE = Duration.ofSeconds(30);
    static final Duration NO_WAIT = Duration.ZERO;

    final ManualClock clock = new ManualClock();
    final HeapLog log = new HeapLog(clock);
    final Map<TopicName, Integer> topics = new HashMap<>();
    final Map<CursorKey, Long> offsets = new HashMap<>();
    final HeapText snapshotFile = new HeapText();
    private final HeapText keyFile = new HeapText();
    private final LeaseRules rules;
    int attemptsMax = GroupPolicy.ATTEMPTS_DEFAULT;
    boolean orderedByKey;
    RedeliveryDelay redelivery = RedeliveryDelay.NONE;
    Expiry expiry = Expiry.NONE;
    long expired;
    LeaseService service;

    LeaseBench() {
        this(rules(32_768));
    }

    LeaseBench(LeaseRules rules) {
        this.rules = rules;
        topics.put(JOBS, 1);
        open();
    }

    static LeaseRules rules(int openMax) {
        return new LeaseRules("broker-a", openMax, 100, 1000, 1024, 1 << 20, Duration.ofDays(7), 1 << 20);
    }

    /** A text on the heap that survives the service. */
    static final class HeapText implements KeptText {
        private String text;
        int saves;

        @Override
        public <T> Optional<T> load(Function<String, T> parse) {
            return Optional.ofNullable(text).map(parse);
        }

        @Override
        public void save(String newText) {
            text = newText;
            saves++;
        }
    }

    private void open() {
        service = LeaseService.open(
                rules,
                log,
                snapshotFile,
                keyFile,
                new Topics(),
                new Progress(),
                new Policy(),
                new Filters(),
                clock,
                new SecureRandom());
        log.onArrival((topic, queueId) -> service.arrived(topic));
    }

    private final class Topics implements LeaseTopics {
        @Override
        public int readableQueues(TopicName topic) {
            Integer queues = topics.get(topic);
            if (queues == null) {
                throw new RefusedException(Refusal.NO_SUCH_TOPIC, "no topic " + topic);
            }
            return queues;
        }

        @Override
        public Expiry expiry(TopicName topic) {
            return topic.isDeadLetter() ? Expiry.NONE : expiry;
        }

        @Override
        public void expired(long messages) {
            expired += messages;
        }

        @Override
        public CompletionStage<Void> ensureDeadLetterTopic(TopicName deadLetters) {
            topics.putIfAbsent(deadLetters, 1);
            return CompletableFuture.completedFuture(null);
        }
    }

    private final class Policy implements GroupPolicy {
        @Override
        public int attemptsMax(GroupName group) {
            return attemptsMax;
        }

        @Override
        public RedeliveryDelay redeliveryDelay(GroupName group) {
            return redelivery;
        }

        @Override
        public boolean isOrderedByKey(GroupName group) {
            return orderedByKey;
        }
    }

    private final class Progress implements GroupProgress {
        @Override
        public OptionalLong committed(GroupName group, TopicName topic, int queueId) {
            Long offset = offsets.get(new CursorKey(group, topic, queueId));
            return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
        }

        @Override
        public void advanced(GroupName group, TopicName topic, int queueId, long next) {
            offsets.merge(new CursorKey(group, topic, queueId), next, Math::max);
        }
    }

    @Override
    public LeaseService service() {
        return service;
    }

    @Override
    public ManualClock clock() {
        return clock;
    }

    @Override
    public void send(String topic, int queueId, String text, MessageProperties properties) {
        log.send(topic, queueId, text, properties);
    }

    @Override
    public List<String> texts(String topic, int queueId) {
        return IntStream.range(0, log.count(topic, queueId))
                .mapToObj(
                        offset -> new String(log.message(topic, queueId, offset).body(), StandardCharsets.UTF_8))
                .toList();
    }

    /** The process is killed: what was appended stays, what was in memory does not. */
    @Override
    public void kill() {
        log.onArrival((topic, queueId) -> {});
        log.confirm();
        open();
    }

    @Override
    public void closeAndReopen() {
        service.close();
        open();
    }

    LeaseRequest request(int max, Duration leaseFor, Duration maxWait) {
        return new LeaseRequest(
                CREW, JOBS, FilterExpression.ALL, FilterExpression.ALL, max, leaseFor, maxWait, Start.FIRST);
    }

    LeaseRequest request(FilterExpression group, FilterExpression own, int max) {
        return new LeaseRequest(CREW, JOBS, group, own, max, LEASE, NO_WAIT, Start.FIRST);
    }

    List<Lease> lease(int max) {
        return lease(request(max, LEASE, NO_WAIT));
    }

    Result settle(Settlement settlement) {
        return settleAll(List.of(settlement)).get(0);
    }

    Result ack(Lease lease) {
        return settle(new Settlement.Ack(lease.receipt()));
    }
}

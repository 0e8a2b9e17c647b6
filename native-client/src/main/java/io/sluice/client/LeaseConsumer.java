package io.sluice.client;

import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.link.Waiting;
import io.sluice.client.remote.RemoteLeases;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.SluiceException;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Ordering;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settled;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.wire.message.MessageView;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages one by one from those that the group has not settled; any number of consumers compete, whatever the
 * number of queues. Each message is settled by itself, in any order. Any thread.
 *
 * <pre>{@code
 * LeaseConsumer consumer = client.leaseConsumer("workers", "Jobs").leaseFor(Duration.ofMinutes(1)).open();
 * for (LeasedMessage job : consumer.poll(10, Duration.ofSeconds(20))) {
 *     work(job.text());
 *     job.ack();
 * }
 * }</pre>
 *
 * <p>At Apache RocketMQ from 5.0 on leases are those of POP; what it lacks, as filters of single consumers, and all of it at
 * older brokers, fails with {@link io.sluice.port.Refusal#NOT_SUPPORTED}.
 */
public final class LeaseConsumer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeaseConsumer.class);

    private final SluiceClient client;
    private final ClientCore core;
    private final LeaseReader leases;
    private final GroupName group;
    private final TopicName topic;
    private final FilterExpression groupFilter;
    private final FilterExpression ownFilter;
    private final Duration leaseFor;
    private final Start start;
    private final Ordering ordering;
    private final Acknowledgements acknowledgements;
    /** {@code null} when nothing is leased ahead. */
    private final LeasesAhead ahead;

    private final AtomicBoolean closed = new AtomicBoolean();

    private LeaseConsumer(Builder settings) {
        this.client = settings.client;
        this.core = settings.core;
        this.leases = new RemoteLeases(settings.core.link(), settings.core.routes());
        this.group = settings.group;
        this.topic = settings.topic;
        this.groupFilter = settings.groupFilter;
        this.ownFilter = settings.ownFilter;
        this.leaseFor = settings.leaseFor;
        this.start = settings.start;
        this.ordering = settings.ordering;
        this.acknowledgements = new Acknowledgements(leases);
        this.ahead = settings.readAhead ? new LeasesAhead(this::ask, this::giveBack, leaseFor) : null;
    }

    /** Settings of a lease consumer. Confined to one thread. */
    public static final class Builder {
        private final SluiceClient client;
        private final ClientCore core;
        private final GroupName group;
        private final TopicName topic;
        private FilterExpression groupFilter = FilterExpression.ALL;
        private FilterExpression ownFilter = FilterExpression.ALL;
        private Duration leaseFor = Duration.ofSeconds(30);
        private Start start = Start.FIRST;
        private Ordering ordering = Ordering.NONE;
        private boolean readAhead;

        Builder(SluiceClient client, ClientCore core, String group, String topic) {
            this.client = client;
            this.core = core;
            this.group = new GroupName(group);
            this.topic = new TopicName(topic);
        }

        /** What the whole group wants: what it rejects counts as settled for all. Default: everything. */
        public Builder groupFilter(FilterExpression wanted) {
            groupFilter = Objects.requireNonNull(wanted, "groupFilter");
            return this;
        }

        /** What this consumer wants of that: what it rejects stays for the others. Default: everything. */
        public Builder ownFilter(FilterExpression wanted) {
            ownFilter = Objects.requireNonNull(wanted, "ownFilter");
            return this;
        }

        /** How long a message is lent. Default 30 s. */
        public Builder leaseFor(Duration duration) {
            leaseFor = duration;
            return this;
        }

        /** Where a group begins that has leased nothing of a queue yet. Default: its first message. */
        public Builder startAt(Start position) {
            start = Objects.requireNonNull(position, "start");
            return this;
        }

        /**
         * Messages with the same sharding key go to one consumer of the group at a time, in order; from the first poll on this
         * holds for every member. Default: as the settings of the group say.
         */
        public Builder orderedByKey() {
            ordering = Ordering.BY_KEY;
            return this;
        }

        /**
         * Leases the next messages, as many as the poll before wanted, while those are worked on: for backlogs. What was leased
         * so is with this consumer, not with the others of its group; closing gives it back, and it counts as not delivered, save
         * at Apache brokers. When this process dies its lease ends by its time and counts. Default: not.
         */
        public Builder readAhead() {
            readAhead = true;
            return this;
        }

        /** @throws IllegalArgumentException when the lease time is not positive */
        public LeaseConsumer open() {
            if (leaseFor.isZero() || leaseFor.isNegative()) {
                throw new IllegalArgumentException("leaseFor %s must be positive".formatted(leaseFor));
            }
            return client.adopt(new LeaseConsumer(this));
        }
    }

    /** Up to {@code max} messages that are free; waits for the first, up to {@code maxWait}. */
    public List<LeasedMessage> poll(int max, Duration maxWait) {
        return Waiting.forResult(core.link(), "leasing", () -> pollAsync(max, maxWait));
    }

    /** As {@link #poll}, without blocking. Fails with {@link io.sluice.port.RefusedException}. */
    public CompletionStage<List<LeasedMessage>> pollAsync(int max, Duration maxWait) {
        if (closed.get()) {
            throw new IllegalStateException("lease consumer of group %s is closed; make another one".formatted(group));
        }
        return ahead == null ? ask(max, maxWait) : ahead.poll(max, maxWait);
    }

    private CompletionStage<List<LeasedMessage>> ask(int max, Duration maxWait) {
        LeaseRequest request =
                new LeaseRequest(group, topic, groupFilter, ownFilter, max, leaseFor, maxWait, start, ordering);
        return leases.lease(request).thenApply(leased -> {
            try (leased) {
                return leased.leases().stream()
                        .map(this::received)
                        .flatMap(Optional::stream)
                        .toList();
            }
        });
    }

    /**
     * Acknowledges messages of this consumer together, which costs a fraction of doing it one by one when they are in the order
     * in which they came. Answers how each ended, in the order given; fails with {@link io.sluice.port.RefusedException}, and
     * then all may be tried again.
     */
    public CompletionStage<List<Result>> ack(List<LeasedMessage> messages) {
        return leases.settle(messages.stream()
                        .<Settlement>map(message -> new Settlement.Ack(message.receipt()))
                        .toList())
                .thenApply(all -> all.stream().map(Settled::result).toList());
    }

    /** A message that cannot be read is given up, so that it does not come again and again. */
    private Optional<LeasedMessage> received(LeaseReader.Lease lease) {
        MessageView view = MessageView.of(lease.slice());
        try {
            return Optional.of(
                    new LeasedMessage(leases, acknowledgements, ReceivedMessage.of(view, lease.queue()), lease));
        } catch (SluiceException | IllegalArgumentException damaged) {
            log.warn("message {} cannot be read and is given up: {}", view.messageId(), damaged.getMessage());
            leases.settle(List.of(new Settlement.Reject(lease.receipt(), damaged.getMessage())));
            return Optional.empty();
        }
    }

    private CompletionStage<?> giveBack(List<LeasedMessage> unseen) {
        return leases.settle(unseen.stream()
                .<Settlement>map(message -> new Settlement.GiveBack(message.receipt()))
                .toList());
    }

    /**
     * Leases that are not settled end by their time; what was leased ahead is given back, which is waited for up to the request
     * timeout. Twice is harmless.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            if (ahead != null) {
                CompletionStage<?> back = ahead.close();
                if (!core.link().isOwnThread()) {
                    Waiting.upTo(core.link().config().requestTimeout(), back);
                }
            }
            client.forget(this);
        }
    }
}

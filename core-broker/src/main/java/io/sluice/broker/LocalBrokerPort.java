package io.sluice.broker;

import io.sluice.broker.admin.TopicAdmin;
import io.sluice.broker.offset.OffsetTable;
import io.sluice.broker.pull.PullService;
import io.sluice.broker.query.QueryService;
import io.sluice.broker.send.DoorWriter;
import io.sluice.broker.send.SendService;
import io.sluice.broker.topic.TopicTable;
import io.sluice.broker.unit.DoorUnits;
import io.sluice.broker.unit.UnitService;
import io.sluice.model.Caller;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.port.BrokerPort;
import io.sluice.port.ConsumerOffsets;
import io.sluice.port.HalfMessages;
import io.sluice.port.LeaseReader;
import io.sluice.port.MessageLookup;
import io.sluice.port.MessageWriter;
import io.sluice.port.OffsetRange;
import io.sluice.port.QueueReader;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.Tails;
import io.sluice.port.Timers;
import io.sluice.port.TopicCatalog;
import io.sluice.port.UnitsOfWork;
import io.sluice.tail.Later;
import io.sluice.tail.PolledTails;
import io.sluice.tail.TailPace;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The port of a broker in the same process: its services, seen by doors. Closing it ends what was asked and followed through
 * it, and nothing else; the broker goes on.
 *
 * <p>There is no access control: the view for a caller sees everything, and says where its messages come from.
 */
final class LocalBrokerPort implements BrokerPort {
    private final Rooms rooms;
    private final OpenQuestions questions = new OpenQuestions();
    private final PolledTails tails;
    private final QueueReader reader = new Reader();
    private final LeaseReader leases = new Leases();
    private final ConsumerOffsets offsets = new Offsets();

    /**
     * The services behind the port.
     *
     * @param later runs the steps of tails
     * @param self  the address of this broker, from which messages come whose sender is not known
     */
    record Rooms(
            SendService sends,
            PullService pulls,
            LeaseReader leases,
            OffsetTable offsets,
            TopicTable topics,
            TopicAdmin topicAdmin,
            QueryService queries,
            Timers timers,
            UnitService units,
            HalfMessages halfMessages,
            Later later,
            Supplier<InetSocketAddress> self) {}

    LocalBrokerPort(Rooms rooms) {
        this.rooms = rooms;
        this.tails = new PolledTails(reader, rooms.topicAdmin(), rooms.later(), TailPace.IN_PROCESS);
    }

    @Override
    public BrokerPort onBehalfOf(Caller caller) {
        DoorWriter writer = writerFrom(CallerAddress.of(caller).orElseGet(rooms.self()));
        return new View(this, writer, new DoorUnits(rooms.units(), writer));
    }

    private DoorWriter writerFrom(InetSocketAddress bornHost) {
        return new DoorWriter(rooms.sends(), rooms.topics(), bornHost);
    }

    @Override
    public MessageWriter writer() {
        return writerFrom(rooms.self().get());
    }

    @Override
    public QueueReader reader() {
        return reader;
    }

    @Override
    public LeaseReader leases() {
        return leases;
    }

    @Override
    public Tails tails() {
        return tails;
    }

    @Override
    public ConsumerOffsets offsets() {
        return offsets;
    }

    @Override
    public TopicCatalog topics() {
        return rooms.topicAdmin();
    }

    @Override
    public MessageLookup lookup() {
        return rooms.queries();
    }

    @Override
    public Timers timers() {
        return rooms.timers();
    }

    @Override
    public UnitsOfWork units() {
        return new DoorUnits(rooms.units(), writerFrom(rooms.self().get()));
    }

    @Override
    public HalfMessages halfMessages() {
        return rooms.halfMessages();
    }

    @Override
    public void close() {
        tails.close();
        questions.close();
    }

    /** The port as one caller sees it. */
    private record View(LocalBrokerPort port, MessageWriter writer, UnitsOfWork units) implements BrokerPort {
        @Override
        public BrokerPort onBehalfOf(Caller caller) {
            return port.onBehalfOf(caller);
        }

        @Override
        public QueueReader reader() {
            return port.reader();
        }

        @Override
        public LeaseReader leases() {
            return port.leases();
        }

        @Override
        public Tails tails() {
            return port.tails();
        }

        @Override
        public ConsumerOffsets offsets() {
            return port.offsets();
        }

        @Override
        public TopicCatalog topics() {
            return port.topics();
        }

        @Override
        public MessageLookup lookup() {
            return port.lookup();
        }

        @Override
        public Timers timers() {
            return port.timers();
        }

        @Override
        public HalfMessages halfMessages() {
            return port.halfMessages();
        }

        @Override
        public void close() {
            // A view holds nothing.
        }
    }

    private final class Reader implements QueueReader {
        @Override
        public CompletionStage<Fetched> fetch(FetchRequest request) {
            return questions.ask(() -> rooms.pulls().fetch(request));
        }

        @Override
        public CompletionStage<OffsetRange> range(MessageQueue queue) {
            return rooms.pulls().range(queue);
        }

        @Override
        public CompletionStage<Long> offsetAt(MessageQueue queue, long storedAtEpochMs) {
            return rooms.pulls().offsetAt(queue, storedAtEpochMs);
        }
    }

    private final class Leases implements LeaseReader {
        @Override
        public CompletionStage<Leased> lease(LeaseRequest request) {
            return questions.ask(() -> rooms.leases().lease(request));
        }

        @Override
        public CompletionStage<List<Settled>> settle(List<Settlement> settlements) {
            return rooms.leases().settle(settlements);
        }
    }

    /** The offset table, asked for one group and queue at a time. */
    private final class Offsets implements ConsumerOffsets {
        @Override
        public CompletionStage<OptionalLong> committed(GroupName group, MessageQueue queue) {
            return CompletableFuture.completedFuture(rooms.offsets().committed(group, queue.topic(), queue.queueId()));
        }

        @Override
        public CompletionStage<Void> commit(GroupName group, MessageQueue queue, long nextOffset) {
            return onKnown(queue, () -> rooms.offsets().advance(group, queue.topic(), queue.queueId(), nextOffset));
        }

        @Override
        public CompletionStage<Void> reset(GroupName group, MessageQueue queue, long nextOffset) {
            return onKnown(queue, () -> rooms.offsets().reset(group, queue.topic(), queue.queueId(), nextOffset));
        }

        private CompletionStage<Void> onKnown(MessageQueue queue, Runnable change) {
            if (rooms.topics().find(queue.topic()).isEmpty()) {
                return CompletableFuture.failedFuture(new RefusedException(
                        Refusal.NO_SUCH_TOPIC, "topic %s does not exist; create it first".formatted(queue.topic())));
            }
            change.run();
            return CompletableFuture.completedFuture(null);
        }
    }
}

package io.sluice.broker.remoting;

import io.sluice.transport.ConnectionLimits;
import io.sluice.transport.IoThreads;
import io.sluice.transport.Peer;
import io.sluice.transport.RemotingServer;
import io.sluice.transport.RequestHandler;
import io.sluice.transport.RequestTable;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The native door. Two ports, one table: every request code is answered by one handler or turned down with a reason. The
 * second port, which clients call the VIP channel, does not serve reads.
 */
public final class RemotingDoor implements AutoCloseable {
    /** How clients find the second port. */
    public static final int SECOND_PORT_BELOW = 2;

    private static final int FREE_PAIR_ATTEMPTS = 16;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(2);

    private final Services services;
    private final Farewell farewell = new Farewell();
    private final RequestTable table;
    private final RemotingServer server;

    private RemotingDoor(Services services, RemotingServer server) {
        this.services = services;
        this.table = table(services, farewell);
        this.server = server;
    }

    /**
     * Nothing is listened to before {@link #listen}.
     *
     * @param threads stay with the caller, who closes them after this door
     */
    public static RemotingDoor open(Services services, IoThreads threads, ConnectionLimits limits) {
        return new RemotingDoor(services, RemotingServer.open(threads, limits));
    }

    static RequestTable table(Services services, Farewell farewell) {
        SendHandler sends = services.sendHandler();
        PullHandler pulls = services.pullHandler();
        SessionHandler sessions = services.sessionHandler();
        OffsetHandler offsets = services.offsetHandler();
        QueryHandler queries = services.queryHandler();
        TopicAdminHandler topics = services.topicAdminHandler();
        GroupAdminHandler groups = services.groupAdminHandler();
        BrokerAdminHandler broker = services.brokerAdminHandler();
        RelayHandler relays = services.relayHandler();
        ReplyHandler replies = services.replyHandler();
        LeaseHandler leases = services.leaseHandler();
        TimerHandler timers = services.timerHandler();
        UnitHandler units = services.unitHandler();
        TransactionHandler transactions = services.transactionHandler();
        PopHandler pops = services.popHandler();
        AssignmentHandler assignments = services.assignmentHandler();
        Executor loop = RequestTable.EVENT_LOOP;
        Executor query = services.lanes().queries();
        Executor admin = services.lanes().admin();
        Rows rows = new Rows(farewell)
                // produce
                .stores(RequestCode.SEND_MESSAGE, loop, sends::send)
                .stores(RequestCode.SEND_MESSAGE_V2, loop, sends::send)
                .stores(RequestCode.SEND_BATCH_MESSAGE, loop, sends::send)
                .on(RequestCode.CONSUMER_SEND_MSG_BACK, query, sends::sendBack)
                .on(RequestCode.END_TRANSACTION, query, transactions::end)
                .on(RequestCode.RESUME_CHECK_HALF_MESSAGE, query, transactions::resume)
                .on(RequestCode.RECALL_MESSAGE, loop, timers::recall)
                .on(RequestCode.COMMIT_UNIT, loop, units::commit)
                .stores(RequestCode.PREPARE_UNIT, loop, units::prepare)
                .on(RequestCode.DECIDE_UNIT, loop, units::decide)
                .on(RequestCode.FORGET_UNIT, admin, units::forget)
                .on(RequestCode.LIST_UNITS, admin, units::list)
                .on(RequestCode.SEND_REPLY_MESSAGE, loop, replies::reply)
                .on(RequestCode.SEND_REPLY_MESSAGE_V2, loop, replies::reply)
                // consume
                .reads(RequestCode.PULL_MESSAGE, loop, pulls::pull)
                .reads(RequestCode.LITE_PULL_MESSAGE, loop, pulls::pull)
                .reads(RequestCode.LEASE, loop, leases::lease)
                .on(RequestCode.SETTLE, loop, leases::settle)
                .on(RequestCode.TAKE_BACK, loop, leases::takeBack)
                .reads(RequestCode.POP_MESSAGE, loop, pops::pop)
                .on(RequestCode.ACK_MESSAGE, loop, pops::acknowledge)
                .on(RequestCode.BATCH_ACK_MESSAGE, loop, pops::acknowledgeMany)
                .on(RequestCode.CHANGE_MESSAGE_INVISIBLETIME, loop, pops::changeInvisibleTime)
                .reads(RequestCode.NOTIFICATION, loop, pops::notification)
                .on(RequestCode.POLLING_INFO, loop, pops::pollingInfo)
                .on(RequestCode.QUERY_ASSIGNMENT, loop, assignments::assign)
                .on(RequestCode.SET_MESSAGE_REQUEST_MODE, admin, assignments::set)
                .on(RequestCode.GET_ALL_MESSAGE_REQUEST_MODE, admin, assignments::all)
                .on(RequestCode.UPDATE_CONSUMER_OFFSET, loop, offsets::update)
                .on(RequestCode.QUERY_CONSUMER_OFFSET, loop, offsets::query)
                .on(RequestCode.GET_MAX_OFFSET, loop, offsets::max)
                .on(RequestCode.GET_MIN_OFFSET, loop, offsets::min)
                .on(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, query, offsets::search)
                .on(RequestCode.GET_EARLIEST_MSG_STORETIME, query, offsets::earliest)
                // sessions
                .on(RequestCode.HEART_BEAT, loop, sessions::heartbeat)
                .on(RequestCode.UNREGISTER_CLIENT, loop, sessions::unregister)
                .on(RequestCode.GET_CONSUMER_LIST_BY_GROUP, loop, sessions::members)
                .on(RequestCode.CHECK_CLIENT_CONFIG, loop, sessions::checkConfig)
                .reads(RequestCode.LOCK_BATCH_MQ, loop, sessions::lock)
                .on(RequestCode.UNLOCK_BATCH_MQ, loop, sessions::unlock)
                // look up
                .on(RequestCode.QUERY_MESSAGE, query, queries::byKey)
                .on(RequestCode.VIEW_MESSAGE_BY_ID, query, queries::byOffset)
                .on(RequestCode.QUERY_CONSUME_QUEUE, query, queries::entries)
                // topics
                .on(RequestCode.UPDATE_AND_CREATE_TOPIC, admin, topics::put)
                .on(RequestCode.UPDATE_AND_CREATE_TOPIC_LIST, admin, topics::putAll)
                .on(RequestCode.DELETE_TOPIC_IN_BROKER, admin, topics::delete)
                .on(RequestCode.GET_ALL_TOPIC_CONFIG, admin, topics::all)
                .on(RequestCode.GET_TOPIC_CONFIG, loop, topics::one)
                .on(RequestCode.GET_TOPIC_STATS_INFO, admin, topics::stats)
                .on(RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_BROKER, loop, topics::systemTopics)
                .on(RequestCode.CLEAN_UNUSED_TOPIC, admin, broker::deleteOrphans)
                .on(RequestCode.CLEAN_EXPIRED_CONSUMEQUEUE, admin, broker::deleteUnbacked)
                .on(RequestCode.DELETE_EXPIRED_COMMITLOG, admin, broker::deleteExpired)
                // groups
                .on(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, admin, groups::put)
                .on(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST, admin, groups::putAll)
                .on(RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG, admin, groups::all)
                .on(RequestCode.GET_SUBSCRIPTIONGROUP_CONFIG, loop, groups::one)
                .on(RequestCode.DELETE_SUBSCRIPTIONGROUP, admin, groups::delete)
                .on(RequestCode.GET_CONSUMER_CONNECTION_LIST, loop, groups::consumers)
                .on(RequestCode.GET_PRODUCER_CONNECTION_LIST, loop, groups::producers)
                .on(RequestCode.GET_ALL_PRODUCER_INFO, admin, groups::allProducers)
                .on(RequestCode.GET_CONSUME_STATS, admin, groups::consumeStats)
                .on(RequestCode.GET_BROKER_CONSUME_STATS, admin, groups::consumeStatsOfAll)
                .on(RequestCode.QUERY_TOPIC_CONSUME_BY_WHO, admin, groups::groupsOfTopic)
                .on(RequestCode.QUERY_TOPICS_BY_CONSUMER, admin, groups::topicsOfGroup)
                .on(RequestCode.QUERY_SUBSCRIPTION_BY_CONSUMER, loop, groups::subscription)
                .on(RequestCode.QUERY_CONSUME_TIME_SPAN, admin, groups::timeSpans)
                .on(RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, admin, offsets::reset)
                .on(RequestCode.CLONE_GROUP_OFFSET, admin, offsets::copy)
                .on(RequestCode.GET_CONSUMER_RUNNING_INFO, loop, relays::runningInfo)
                .on(RequestCode.INVOKE_BROKER_TO_GET_CONSUMER_STATUS, loop, relays::status)
                .on(RequestCode.CONSUME_MESSAGE_DIRECTLY, loop, relays::consumeDirectly)
                // broker
                .on(RequestCode.GET_BROKER_CONFIG, loop, broker::settings)
                .on(RequestCode.UPDATE_BROKER_CONFIG, admin, broker::changeSettings)
                .on(RequestCode.GET_BROKER_RUNTIME_INFO, admin, broker::state)
                .on(RequestCode.VIEW_BROKER_STATS_DATA, loop, broker::stats)
                .on(RequestCode.GET_BROKER_HA_STATUS, admin, broker::replicas)
                .on(RequestCode.GET_ALL_CONSUMER_OFFSET, admin, offsets::all)
                .on(RequestCode.GET_ALL_DELAY_OFFSET, admin, offsets::ofDelayLevels)
                .on(RequestCode.GET_TIMER_METRICS, admin, timers::metrics)
                .on(RequestCode.LIST_TIMED, loop, timers::list);
        DoorRefusals.all().forEach(rows::refused);
        rows.table
                .inPlace(RequestCode.SEND_MESSAGE_V2, farewell.forSenders(sends::sendInPlace))
                .inPlace(RequestCode.SEND_BATCH_MESSAGE, farewell.forSenders(sends::sendInPlace));
        return rows.table;
    }

    /** Rows whose handlers need not mind refusals: those become answers with their codes. */
    private static final class Rows {
        final RequestTable table = new RequestTable();
        private final Farewell farewell;

        Rows(Farewell farewell) {
            this.farewell = farewell;
        }

        /** Of requests that are turned away once the broker has said farewell to readers. */
        Rows reads(int code, Executor lane, RequestHandler handler) {
            table.on(code, lane, farewell.forReaders((request, peer) -> guarded(handler, request, peer)));
            return this;
        }

        /** Of requests that are turned away once it has said farewell to senders. */
        Rows stores(int code, Executor lane, RequestHandler handler) {
            RequestHandler guarded = (request, peer) -> guarded(handler, request, peer);
            table.on(code, lane, farewell.forSenders(guarded));
            return this;
        }

        Rows on(int code, Executor lane, RequestHandler handler) {
            table.on(code, lane, (request, peer) -> guarded(handler, request, peer));
            return this;
        }

        private static CompletionStage<Frame> guarded(RequestHandler handler, Frame request, Peer peer) {
            CompletionStage<Frame> stage;
            try {
                stage = handler.handle(request, peer);
            } catch (RuntimeException failed) {
                return Replies.now(Replies.ofFailure(failed));
            }
            // Not instanceof: a minimal stage is a CompletableFuture too, and refuses to be asked.
            return stage.getClass() == CompletableFuture.class
                            && stage.toCompletableFuture().isDone()
                            && !stage.toCompletableFuture().isCompletedExceptionally()
                    ? stage
                    : stage.exceptionally(Replies::ofFailure);
        }

        void refused(int code, String reason) {
            table.on(
                    code,
                    (request, peer) -> Replies.now(Replies.failed(
                            ResponseCode.REQUEST_CODE_NOT_SUPPORTED,
                            " request type %d not supported: %s".formatted(code, reason))));
        }
    }

    /** Codes that have a row, those that are turned down included. */
    SortedSet<Integer> codes() {
        return table.codes();
    }

    /** The codes that are turned down, with the reason for each. */
    public static Map<Integer, String> refusals() {
        return DoorRefusals.all();
    }

    /**
     * Listens on the door's own port and on the second one, {@link #SECOND_PORT_BELOW} below it, which serves everything but
     * reads; blocks until both are bound.
     *
     * @param port 0 for a free one, with a free one below it
     * @throws IOException when a port is taken
     */
    public Ports listen(String host, int port) throws IOException {
        RequestTable withoutReads = table.without(
                RequestCode.PULL_MESSAGE,
                RequestCode.LITE_PULL_MESSAGE,
                RequestCode.LEASE,
                RequestCode.POP_MESSAGE,
                RequestCode.NOTIFICATION);
        for (int attempt = 1; ; attempt++) {
            InetSocketAddress first = server.listen(host, port, table);
            try {
                return new Ports(
                        first.getPort(),
                        server.listen(host, first.getPort() - SECOND_PORT_BELOW, withoutReads)
                                .getPort());
            } catch (IOException taken) {
                if (port != 0 || attempt == FREE_PAIR_ATTEMPTS) {
                    throw taken;
                }
                server.stopListening(first);
            }
        }
    }

    /**
     * Where the door listens.
     *
     * @param second for clients with the VIP channel switched on
     */
    public record Ports(int first, int second) {}

    /**
     * Sends clients to other brokers and waits until they have ended what they have in hand: messages with listeners and leases
     * first, while sends are still taken, then answers on their way. Nothing is then delivered twice because this broker
     * stops. Blocks.
     *
     * @param patience waits no longer, so that a client that does not end holds nothing up
     */
    public void takeLeave(Duration patience) {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        farewell.sayToReaders(server.peers());
        waitWhile(() -> services.locks().isAnyTied() || services.leases().isAnyLent(), deadlineNanos);
        farewell.sayToSenders();
        if (!server.peers().isEmpty()) {
            // A request that was let in just now counts in a moment.
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
        waitWhile(() -> !server.isIdle(), deadlineNanos);
    }

    private void waitWhile(BooleanSupplier inHand, long deadlineNanos) {
        while (!server.peers().isEmpty() && inHand.getAsBoolean() && System.nanoTime() - deadlineNanos < 0) {
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    /** Stops accepting and ends all connections. Twice is harmless. */
    @Override
    public void close() {
        server.close();
    }
}

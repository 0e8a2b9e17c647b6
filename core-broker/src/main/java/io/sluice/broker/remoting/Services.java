package io.sluice.broker.remoting;

import io.sluice.broker.admin.BrokerState;
import io.sluice.broker.admin.Cleaning;
import io.sluice.broker.admin.GroupAdmin;
import io.sluice.broker.admin.QueueFacts;
import io.sluice.broker.admin.TopicAdmin;
import io.sluice.broker.assign.Assignments;
import io.sluice.broker.assign.RequestModes;
import io.sluice.broker.delay.DelayService;
import io.sluice.broker.group.GroupConfigTable;
import io.sluice.broker.group.GroupRegistry;
import io.sluice.broker.group.Heartbeats;
import io.sluice.broker.group.OrderLocks;
import io.sluice.broker.lease.LeaseService;
import io.sluice.broker.metrics.BrokerMetrics;
import io.sluice.broker.offset.OffsetQueries;
import io.sluice.broker.offset.OffsetTable;
import io.sluice.broker.pull.GroupPulls;
import io.sluice.broker.query.QueryService;
import io.sluice.broker.send.SendBack;
import io.sluice.broker.send.SendService;
import io.sluice.broker.settings.RuntimeSettings;
import io.sluice.broker.timer.TimerService;
import io.sluice.broker.topic.TopicTable;
import io.sluice.broker.transaction.Transactions;
import io.sluice.broker.unit.UnitService;
import io.sluice.filter.Filters;
import io.sluice.port.Timers;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Everything that the native door asks: the bill of materials of its handlers.
 *
 * @param register registers the broker at the name servers again, after topics changed
 * @param self     address that clients reach the broker by, known once the door listens
 * @param says     what answers say of this broker
 */
public record Services(
        SendService sends,
        SendBack backs,
        GroupPulls pulls,
        Heartbeats heartbeats,
        GroupRegistry registry,
        OrderLocks locks,
        GroupConfigTable groups,
        GroupAdmin groupAdmin,
        TopicTable topics,
        TopicAdmin topicAdmin,
        OffsetTable offsets,
        OffsetQueries offsetQueries,
        QueueFacts queues,
        QueryService queries,
        DelayService delays,
        TimerService timers,
        Timers timerDesk,
        Transactions transactions,
        LeaseService leases,
        UnitService units,
        RequestModes modes,
        Assignments assignments,
        BrokerMetrics metrics,
        BrokerState state,
        Cleaning cleaning,
        RuntimeSettings settings,
        Filters filters,
        InstantSource clock,
        Lanes lanes,
        Supplier<CompletionStage<Void>> register,
        Supplier<InetSocketAddress> self,
        Says says) {

    /**
     * What answers say of this broker.
     *
     * @param region     told to senders (regionId)
     * @param traceOn    told to senders (traceOn)
     */
    public record Says(String brokerName, String region, boolean traceOn) {}

    SendHandler sendHandler() {
        return new SendHandler(sends, backs, says.region(), says.traceOn());
    }

    PullHandler pullHandler() {
        return new PullHandler(pulls, new LateSubscriptions(registry), metrics);
    }

    SessionHandler sessionHandler() {
        return new SessionHandler(heartbeats, registry, locks, filters, pulls::sqlAllowed);
    }

    OffsetHandler offsetHandler() {
        return new OffsetHandler(offsets, offsetQueries, queues, topics, groups, groupAdmin, delays);
    }

    QueryHandler queryHandler() {
        return new QueryHandler(queries, queues, registry, filters, clock);
    }

    TopicAdminHandler topicAdminHandler() {
        return new TopicAdminHandler(topicAdmin, topics, queues, metrics, register);
    }

    GroupAdminHandler groupAdminHandler() {
        return new GroupAdminHandler(groups, registry, groupAdmin, queues, metrics, clock, self);
    }

    BrokerAdminHandler brokerAdminHandler() {
        return new BrokerAdminHandler(state, cleaning, metrics, settings);
    }

    RelayHandler relayHandler() {
        return new RelayHandler(registry, queries, says.brokerName());
    }

    ReplyHandler replyHandler() {
        return new ReplyHandler(sends, registry, clock, self);
    }

    TransactionHandler transactionHandler() {
        return new TransactionHandler(transactions);
    }

    TimerHandler timerHandler() {
        return new TimerHandler(timers, timerDesk, clock);
    }

    PopHandler popHandler() {
        return new PopHandler(leases, topics, groups, queues, metrics, clock);
    }

    AssignmentHandler assignmentHandler() {
        return new AssignmentHandler(assignments, modes, topics, groups);
    }

    UnitHandler unitHandler() {
        return new UnitHandler(units, sends, topics, says.brokerName());
    }

    LeaseHandler leaseHandler() {
        return new LeaseHandler(leases, says.brokerName());
    }
}

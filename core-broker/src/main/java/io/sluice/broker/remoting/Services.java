package io.sluice.broker.remoting;

import io.sluice.broker.admin.BrokerState;
import io.sluice.broker.admin.GroupAdmin;
import io.sluice.broker.admin.QueueFacts;
import io.sluice.broker.admin.TopicAdmin;
import io.sluice.broker.delay.DelayService;
import io.sluice.broker.group.GroupConfigTable;
import io.sluice.broker.group.GroupRegistry;
import io.sluice.broker.group.Heartbeats;
import io.sluice.broker.group.OrderLocks;
import io.sluice.broker.metrics.BrokerMetrics;
import io.sluice.broker.offset.OffsetQueries;
import io.sluice.broker.offset.OffsetTable;
import io.sluice.broker.pull.GroupPulls;
import io.sluice.broker.query.QueryService;
import io.sluice.broker.send.SendBack;
import io.sluice.broker.send.SendRules;
import io.sluice.broker.send.SendService;
import io.sluice.broker.topic.TopicTable;
import io.sluice.filter.Filters;
import io.sluice.port.LeaseReader;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What stands behind the native door, by room: the bill of materials from which its handlers are made.
 *
 * @param sqlAllowed whether groups may filter by SQL conditions
 * @param settings   name and value of what was configured, as tools shall see it: nothing secret
 * @param register   tells the name servers about the topics; its stage never fails
 * @param self       the address by which clients reach this broker
 */
public record Services(
        SendService sends,
        SendBack sendBacks,
        SendRules sendRules,
        GroupPulls pulls,
        LeaseReader leases,
        TopicTable topics,
        TopicAdmin topicAdmin,
        GroupConfigTable groups,
        GroupRegistry registry,
        Heartbeats heartbeats,
        OrderLocks locks,
        GroupAdmin groupAdmin,
        OffsetTable offsets,
        OffsetQueries offsetQueries,
        QueueFacts queues,
        QueryService queries,
        DelayService delays,
        BrokerState state,
        BrokerMetrics metrics,
        Filters filters,
        boolean sqlAllowed,
        Map<String, String> settings,
        Supplier<CompletionStage<Void>> register,
        Supplier<InetSocketAddress> self,
        InstantSource clock,
        Lanes lanes) {

    SendHandler sendHandler() {
        return new SendHandler(sends, sendBacks, sendRules.region(), sendRules.traceOn());
    }

    PullHandler pullHandler() {
        return new PullHandler(pulls, metrics);
    }

    SessionHandler sessionHandler() {
        return new SessionHandler(heartbeats, registry, locks, filters, sqlAllowed);
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
        return new BrokerAdminHandler(state, metrics, settings);
    }

    RelayHandler relayHandler() {
        return new RelayHandler(registry, queries, sendRules.brokerName());
    }

    ReplyHandler replyHandler() {
        return new ReplyHandler(sends, registry, clock, self);
    }

    LeaseHandler leaseHandler() {
        return new LeaseHandler(leases, sendRules.brokerName());
    }
}

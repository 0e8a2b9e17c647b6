package io.sluice.wire.command;

import io.sluice.wire.json.Absent;

/** Requests to a name server: who serves which topic, registration of brokers, small settings. */
public sealed interface RouteCommands {

    /** Answer: TopicRouteData. */
    record GetRoute(String topic, @Absent boolean acceptStandardJsonOnly) implements RouteCommands {}

    /** Whether a replica may stand in for its primary; brokers before 5.0 do not know the question. */
    enum ActingMaster {
        UNSAID,
        FALSE,
        TRUE
    }

    /**
     * A broker says that it lives and which topics it has. Body: RegisterBrokerBody.
     *
     * @param brokerId              0 for a primary, 1.. for replicas
     * @param heartbeatTimeoutMillis how long to wait for the next sign of life; 0: the name server's own bound
     * @param compressed            whether the body is the deflated form; not to be relied on, see {@code RegisterBrokerBody}
     * @param bodyCrc32             CRC-32 of the body, masked with 0x7FFFFFFF; 0: not checked
     */
    record RegisterBroker(
            String brokerName,
            String brokerAddr,
            String clusterName,
            String haServerAddr,
            long brokerId,
            @Absent long heartbeatTimeoutMillis,
            @Absent("UNSAID") ActingMaster enableActingMaster,
            @Absent boolean compressed,
            @Absent int bodyCrc32)
            implements RouteCommands {}

    /** Both empty when the registering broker is the primary. */
    record RegisterBrokerAnswer(
            @Absent String haServerAddr, @Absent String masterAddr) {}

    /**
     * A broker says that it goes.
     *
     * @param unitsInDoubt whether it keeps units of work that are to be decided or forgotten when it is back; name servers other
     *                     than Sluice's pass it over
     */
    record UnregisterBroker(
            String brokerName,
            String brokerAddr,
            String clusterName,
            long brokerId,
            @Absent boolean unitsInDoubt) implements RouteCommands {}

    /** Has the topic table changed since the version in the body? Body and answer: DataVersion. */
    record QueryDataVersion(String brokerName, String brokerAddr, String clusterName, long brokerId)
            implements RouteCommands {}

    record QueryDataVersionAnswer(boolean changed) {}

    /** Light sign of life. */
    record BrokerHeartbeat(
            String clusterName,
            String brokerAddr,
            String brokerName,
            @Absent("-1") long brokerId,
            @Absent("-1") int epoch,
            @Absent("-1") long maxOffset,
            @Absent("-1") long confirmOffset,
            @Absent long heartbeatTimeoutMills,
            @Absent int electionPriority)
            implements RouteCommands {}

    /** Answer: all addresses of one broker name. */
    record GetBrokerMemberGroup(String clusterName, String brokerName) implements RouteCommands {}

    /** Registers one topic; body: TopicRouteData with queue entries only. */
    record RegisterTopic(String topic) implements RouteCommands {}

    record GetTopicsByCluster(String cluster) implements RouteCommands {}

    record WipeWritePerm(String brokerName) implements RouteCommands {}

    record WipeWritePermAnswer(int wipeTopicCount) {}

    record AddWritePerm(String brokerName) implements RouteCommands {}

    record AddWritePermAnswer(int addTopicCount) {}

    /** @param clusterName only there; empty: everywhere */
    record DeleteTopicInNameServer(String topic, @Absent String clusterName) implements RouteCommands {}

    record PutKv(String namespace, String key, String value) implements RouteCommands {}

    record GetKv(String namespace, String key) implements RouteCommands {}

    record GetKvAnswer(@Absent String value) {}

    record DeleteKv(String namespace, String key) implements RouteCommands {}

    record GetKvList(String namespace) implements RouteCommands {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.GET_ROUTEINFO_BY_TOPIC, GetRoute.class)
                .row(RequestCode.GET_BROKER_CLUSTER_INFO, NoFields.class)
                .row(RequestCode.REGISTER_BROKER, RegisterBroker.class)
                .row(RequestCode.UNREGISTER_BROKER, UnregisterBroker.class)
                .row(RequestCode.QUERY_DATA_VERSION, QueryDataVersion.class)
                .row(RequestCode.BROKER_HEARTBEAT, BrokerHeartbeat.class)
                .row(RequestCode.GET_BROKER_MEMBER_GROUP, GetBrokerMemberGroup.class)
                .row(RequestCode.REGISTER_TOPIC_IN_NAMESRV, RegisterTopic.class)
                .row(RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER, NoFields.class)
                .row(RequestCode.GET_TOPICS_BY_CLUSTER, GetTopicsByCluster.class)
                .row(RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_NS, NoFields.class)
                .row(RequestCode.WIPE_WRITE_PERM_OF_BROKER, WipeWritePerm.class)
                .row(RequestCode.ADD_WRITE_PERM_OF_BROKER, AddWritePerm.class)
                .row(RequestCode.DELETE_TOPIC_IN_NAMESRV, DeleteTopicInNameServer.class)
                .row(RequestCode.PUT_KV_CONFIG, PutKv.class)
                .row(RequestCode.GET_KV_CONFIG, GetKv.class)
                .row(RequestCode.DELETE_KV_CONFIG, DeleteKv.class)
                .row(RequestCode.GET_KVLIST_BY_NAMESPACE, GetKvList.class)
                .row(RequestCode.UPDATE_NAMESRV_CONFIG, NoFields.class)
                .row(RequestCode.GET_NAMESRV_CONFIG, NoFields.class);
    }
}

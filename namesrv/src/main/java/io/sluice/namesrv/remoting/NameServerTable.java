package io.sluice.namesrv.remoting;

import io.sluice.namesrv.kv.KvSettings;
import io.sluice.namesrv.route.RouteTable;
import io.sluice.namesrv.settings.NameServerSettings;
import io.sluice.transport.RequestTable;
import io.sluice.wire.command.RefusedCodes;
import io.sluice.wire.command.RequestCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Which requests a name server answers, on which lane, and by whom. */
public final class NameServerTable {

    private NameServerTable() {}

    /**
     * @param admin where changes run; may block
     */
    public static RequestTable of(RouteTable routes, KvSettings kv, Executor admin, NameServerSettings settings) {
        RegistrationHandler registrations = new RegistrationHandler(routes, kv);
        RouteHandler questions = new RouteHandler(routes, kv, settings::orderedTopics);
        TopicAdminHandler topics = new TopicAdminHandler(routes);
        KvHandler keys = new KvHandler(kv);
        ConfigHandler config = new ConfigHandler(settings);
        RequestTable table = new RequestTable()
                .on(RequestCode.REGISTER_BROKER, admin, registrations::register)
                .on(RequestCode.UNREGISTER_BROKER, admin, registrations::unregister)
                .on(RequestCode.REGISTER_TOPIC_IN_NAMESRV, admin, registrations::registerTopic)
                .on(RequestCode.QUERY_DATA_VERSION, registrations::queryVersion)
                .on(RequestCode.BROKER_HEARTBEAT, registrations::heartbeat)
                .on(RequestCode.GET_BROKER_MEMBER_GROUP, registrations::members)
                .on(RequestCode.GET_ROUTEINFO_BY_TOPIC, questions::route)
                .on(RequestCode.GET_BROKER_CLUSTER_INFO, questions::clusterInfo)
                .on(RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER, questions::allTopics)
                .on(RequestCode.GET_TOPICS_BY_CLUSTER, questions::topicsOfCluster)
                .on(RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_NS, questions::systemTopics)
                .on(RequestCode.WIPE_WRITE_PERM_OF_BROKER, admin, topics::wipeWritePerm)
                .on(RequestCode.ADD_WRITE_PERM_OF_BROKER, admin, topics::addWritePerm)
                .on(RequestCode.DELETE_TOPIC_IN_NAMESRV, admin, topics::delete)
                .on(RequestCode.PUT_KV_CONFIG, admin, keys::put)
                .on(RequestCode.GET_KV_CONFIG, keys::get)
                .on(RequestCode.DELETE_KV_CONFIG, admin, keys::delete)
                .on(RequestCode.GET_KVLIST_BY_NAMESPACE, keys::list)
                .on(RequestCode.UPDATE_NAMESRV_CONFIG, admin, config::update)
                .on(RequestCode.GET_NAMESRV_CONFIG, config::show);
        RefusedCodes.all()
                .forEach(refused -> table.on(
                        refused.code(),
                        (request, peer) -> CompletableFuture.completedFuture(RefusedCodes.answer(refused))));
        return table;
    }
}

package io.sluice.broker.remoting;

import io.sluice.wire.command.RefusedCodes;
import io.sluice.wire.command.RefusedCodes.RefusedCode;
import io.sluice.wire.command.RequestCode;
import java.util.Map;
import java.util.TreeMap;

/** Request codes that this door turns down, each with a sentence for the person at the other end. */
final class DoorRefusals {
    private static final String NAME_SERVER = "asked of a name server, not of a broker";
    private static final String TO_CLIENTS = "sent by brokers to clients only";
    private static final String REPLICAS = "this broker has no replicas";
    private static final String ACCESS = "access control is not part of this broker; nobody is kept out";

    private DoorRefusals() {}

    /** By code, in order. */
    static Map<Integer, String> all() {
        Map<Integer, String> all = new TreeMap<>();
        for (RefusedCode refused : RefusedCodes.all()) {
            all.put(refused.code(), refused.reason());
        }
        refuse(
                all,
                NAME_SERVER,
                RequestCode.GET_ROUTEINFO_BY_TOPIC,
                RequestCode.GET_BROKER_CLUSTER_INFO,
                RequestCode.REGISTER_BROKER,
                RequestCode.UNREGISTER_BROKER,
                RequestCode.QUERY_DATA_VERSION,
                RequestCode.BROKER_HEARTBEAT,
                RequestCode.GET_BROKER_MEMBER_GROUP,
                RequestCode.REGISTER_TOPIC_IN_NAMESRV,
                RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER,
                RequestCode.GET_TOPICS_BY_CLUSTER,
                RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_NS,
                RequestCode.WIPE_WRITE_PERM_OF_BROKER,
                RequestCode.ADD_WRITE_PERM_OF_BROKER,
                RequestCode.DELETE_TOPIC_IN_NAMESRV,
                RequestCode.PUT_KV_CONFIG,
                RequestCode.GET_KV_CONFIG,
                RequestCode.DELETE_KV_CONFIG,
                RequestCode.GET_KVLIST_BY_NAMESPACE,
                RequestCode.UPDATE_NAMESRV_CONFIG,
                RequestCode.GET_NAMESRV_CONFIG);
        refuse(
                all,
                TO_CLIENTS,
                RequestCode.NOTIFY_CONSUMER_IDS_CHANGED,
                RequestCode.CHECK_TRANSACTION_STATE,
                RequestCode.RESET_CONSUMER_CLIENT_OFFSET,
                RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT,
                RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT);
        refuse(all, REPLICAS, RequestCode.EXCHANGE_BROKER_HA_INFO, RequestCode.GET_TIMER_CHECK_POINT);
        refuse(
                all,
                ACCESS,
                RequestCode.AUTH_CREATE_USER,
                RequestCode.AUTH_UPDATE_USER,
                RequestCode.AUTH_DELETE_USER,
                RequestCode.AUTH_GET_USER,
                RequestCode.AUTH_LIST_USER,
                RequestCode.AUTH_CREATE_ACL,
                RequestCode.AUTH_UPDATE_ACL,
                RequestCode.AUTH_DELETE_ACL,
                RequestCode.AUTH_GET_ACL,
                RequestCode.AUTH_LIST_ACL);
        return all;
    }

    private static void refuse(Map<Integer, String> all, String reason, int... codes) {
        for (int code : codes) {
            if (all.put(code, reason) != null) {
                throw new IllegalStateException("request code %d is refused twice".formatted(code));
            }
        }
    }
}

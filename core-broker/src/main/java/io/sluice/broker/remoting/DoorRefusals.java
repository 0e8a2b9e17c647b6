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
    private static final String TRANSACTIONS = "transactional messages are not supported by this broker";
    private static final String POP =
            "messages are lent through codes 30001 and 30002 here; use a push or pull consumer";
    private static final String ASSIGNMENT =
            "clients share queues among themselves here; leave clientRebalance at its default, true";
    private static final String REPLICAS = "this broker has no replicas";
    private static final String ACCESS = "access control is not part of this broker; nobody is kept out";
    private static final String FIXED_SETTINGS =
            "settings are read at start; change the file and start the broker again";
    private static final String OWN_RETENTION = "queue files are deleted with the log files that they point into";

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
                RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT);
        refuse(all, TRANSACTIONS, RequestCode.END_TRANSACTION);
        refuse(all, POP, RequestCode.POP_MESSAGE, RequestCode.ACK_MESSAGE, RequestCode.CHANGE_MESSAGE_INVISIBLETIME);
        refuse(
                all,
                ASSIGNMENT,
                RequestCode.QUERY_ASSIGNMENT,
                RequestCode.SET_MESSAGE_REQUEST_MODE,
                RequestCode.GET_ALL_MESSAGE_REQUEST_MODE);
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
        refuse(all, FIXED_SETTINGS, RequestCode.UPDATE_BROKER_CONFIG);
        refuse(all, OWN_RETENTION, RequestCode.CLEAN_EXPIRED_CONSUMEQUEUE);
        refuse(all, "a consumer's own view is told by 307", RequestCode.INVOKE_BROKER_TO_GET_CONSUMER_STATUS);
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

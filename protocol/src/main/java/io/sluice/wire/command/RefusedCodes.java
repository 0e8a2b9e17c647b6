package io.sluice.wire.command;

import io.sluice.wire.frame.Frame;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Request codes of the protocol that Sluice does not answer, each with the reason. They are answered with
 * {@link ResponseCode#REQUEST_CODE_NOT_SUPPORTED}, as a code is that nobody knows, and the reason behind it.
 */
public final class RefusedCodes {
    private static final String CONTROLLER = "controller mode is not part of Sluice; a broker keeps its role";
    private static final String UNUSED = "defined, but no client sends it and no broker answers it";
    private static final String STATIC_TOPIC = "static topics (queues mapped across brokers) are not part of Sluice";
    private static final String UNITS = "units are not part of Sluice";
    private static final String CONTAINER = "broker containers are not part of Sluice; run one process per broker";
    private static final String COLD_DATA = "throttling of cold reads is not part of Sluice";
    private static final String ROCKSDB = "queues and settings are not kept in RocksDB";
    private static final String OLD_ACL =
            "the access control of 4.x; use the user and access list requests 3001 to 3010";
    private static final String LITE = "lite topics are not part of Sluice; a topic of its own costs little";

    private static final SortedMap<Integer, RefusedCode> CODES = codes();

    private RefusedCodes() {}

    /**
     * @param name   how the protocol calls the code
     * @param reason a sentence for the person at the other end
     */
    public record RefusedCode(int code, String name, String reason) {}

    private static SortedMap<Integer, RefusedCode> codes() {
        SortedMap<Integer, RefusedCode> codes = new TreeMap<>();
        refuse(codes, 13, "QUERY_BROKER_OFFSET", UNUSED);
        refuse(codes, 22, "GET_TOPIC_CONFIG_LIST", UNUSED);
        refuse(codes, 23, "GET_TOPIC_NAME_LIST", UNUSED);
        refuse(codes, 27, "TRIGGER_DELETE_FILES", UNUSED);
        refuse(codes, 47, "GET_CLIENT_CONFIG", UNUSED);
        refuse(codes, 50, "UPDATE_AND_CREATE_ACL_CONFIG", OLD_ACL);
        refuse(codes, 51, "DELETE_ACL_CONFIG", OLD_ACL);
        refuse(codes, 52, "GET_BROKER_CLUSTER_ACL_INFO", OLD_ACL);
        refuse(codes, 53, "UPDATE_GLOBAL_WHITE_ADDRS_CONFIG", OLD_ACL);
        refuse(codes, 54, "GET_BROKER_CLUSTER_ACL_CONFIG", OLD_ACL);
        refuse(codes, 209, "SUSPEND_CONSUMER", UNUSED);
        refuse(codes, 210, "RESUME_CONSUMER", UNUSED);
        refuse(codes, 211, "RESET_CONSUMER_OFFSET_IN_CONSUMER", UNUSED);
        refuse(codes, 212, "RESET_CONSUMER_OFFSET_IN_BROKER", UNUSED);
        refuse(codes, 213, "ADJUST_CONSUMER_THREAD_POOL", UNUSED);
        refuse(codes, 214, "WHO_CONSUME_THE_MESSAGE", UNUSED);
        refuse(codes, 301, "REGISTER_FILTER_SERVER", UNUSED);
        refuse(codes, 302, "REGISTER_MESSAGE_FILTER_CLASS", UNUSED);
        refuse(codes, 308, "QUERY_CORRECTION_OFFSET", "groups are compared by their progress: use 208");
        refuse(codes, 311, "GET_UNIT_TOPIC_LIST", UNITS);
        refuse(codes, 312, "GET_HAS_UNIT_SUB_TOPIC_LIST", UNITS);
        refuse(codes, 313, "GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST", UNITS);
        refuse(codes, 353, "UPDATE_AND_GET_GROUP_FORBIDDEN", "readers are kept out by access lists: use 3006");
        refuse(codes, 354, "CHECK_ROCKSDB_CQ_WRITE_PROGRESS", ROCKSDB);
        refuse(codes, 355, "EXPORT_ROCKSDB_CONFIG_TO_JSON", ROCKSDB);
        refuse(codes, 513, "UPDATE_AND_CREATE_STATIC_TOPIC", STATIC_TOPIC);
        refuse(codes, 902, "ADD_BROKER", CONTAINER);
        refuse(codes, 903, "REMOVE_BROKER", CONTAINER);
        refuse(codes, 905, "NOTIFY_MIN_BROKER_ID_CHANGE", "a replica does not act as primary, so nobody need be told");
        refuse(codes, 908, "RESET_MASTER_FLUSH_OFFSET", CONTROLLER);
        refuse(codes, 1001, "CONTROLLER_ALTER_SYNC_STATE_SET", CONTROLLER);
        refuse(codes, 1002, "CONTROLLER_ELECT_MASTER", CONTROLLER);
        refuse(codes, 1003, "CONTROLLER_REGISTER_BROKER", CONTROLLER);
        refuse(codes, 1004, "CONTROLLER_GET_REPLICA_INFO", CONTROLLER);
        refuse(codes, 1005, "CONTROLLER_GET_METADATA_INFO", CONTROLLER);
        refuse(codes, 1006, "CONTROLLER_GET_SYNC_STATE_DATA", CONTROLLER);
        refuse(codes, 1007, "GET_BROKER_EPOCH_CACHE", CONTROLLER);
        refuse(codes, 1008, "NOTIFY_BROKER_ROLE_CHANGED", CONTROLLER);
        refuse(codes, 1009, "UPDATE_CONTROLLER_CONFIG", CONTROLLER);
        refuse(codes, 1010, "GET_CONTROLLER_CONFIG", CONTROLLER);
        refuse(codes, 1011, "CLEAN_BROKER_DATA", CONTROLLER);
        refuse(codes, 1012, "CONTROLLER_GET_NEXT_BROKER_ID", CONTROLLER);
        refuse(codes, 1013, "CONTROLLER_APPLY_BROKER_ID", CONTROLLER);
        refuse(codes, 1014, "BROKER_CLOSE_CHANNEL_REQUEST", CONTROLLER);
        refuse(codes, 1015, "CHECK_NOT_ACTIVE_BROKER_REQUEST", CONTROLLER);
        refuse(codes, 1016, "GET_BROKER_LIVE_INFO_REQUEST", CONTROLLER);
        refuse(codes, 1017, "GET_SYNC_STATE_DATA_REQUEST", CONTROLLER);
        refuse(codes, 1018, "RAFT_BROKER_HEART_BEAT_EVENT_REQUEST", CONTROLLER);
        refuse(codes, 2001, "UPDATE_COLD_DATA_FLOW_CTR_CONFIG", COLD_DATA);
        refuse(codes, 2002, "REMOVE_COLD_DATA_FLOW_CTR_CONFIG", COLD_DATA);
        refuse(codes, 2003, "GET_COLD_DATA_FLOW_CTR_INFO", COLD_DATA);
        refuse(codes, 2004, "SET_COMMITLOG_READ_MODE", "reading ahead is left to the operating system");
        refuse(codes, 5001, "SWITCH_TIMER_ENGINE", "delivery times are kept in one way, there is nothing to switch");
        refuse(codes, 200052, "PEEK_MESSAGE", "read by offset instead: use 11");
        refuse(codes, 200056, "POP_ROLLBACK", "leases are kept in the log and need no export");
        refuse(codes, 200070, "POP_LITE_MESSAGE", LITE);
        refuse(codes, 200071, "LITE_SUBSCRIPTION_CTL", LITE);
        refuse(codes, 200072, "ACK_LITE_MESSAGE", LITE);
        refuse(codes, 200073, "NOTIFY_UNSUBSCRIBE_LITE", LITE);
        refuse(codes, 200074, "GET_BROKER_LITE_INFO", LITE);
        refuse(codes, 200075, "GET_PARENT_TOPIC_INFO", LITE);
        refuse(codes, 200076, "GET_LITE_TOPIC_INFO", LITE);
        refuse(codes, 200077, "GET_LITE_CLIENT_INFO", LITE);
        refuse(codes, 200078, "GET_LITE_GROUP_INFO", LITE);
        refuse(codes, 200079, "TRIGGER_LITE_DISPATCH", LITE);
        return Collections.unmodifiableSortedMap(codes);
    }

    private static void refuse(SortedMap<Integer, RefusedCode> codes, int code, String name, String reason) {
        if (codes.put(code, new RefusedCode(code, name, reason)) != null) {
            throw new IllegalStateException("request code %d is refused twice".formatted(code));
        }
    }

    public static Collection<RefusedCode> all() {
        return CODES.values();
    }

    public static Optional<RefusedCode> find(int code) {
        return Optional.ofNullable(CODES.get(code));
    }

    /** The answer to a refused code. */
    public static Frame answer(RefusedCode refused) {
        return Frame.answer(
                ResponseCode.REQUEST_CODE_NOT_SUPPORTED,
                " request type %d not supported: %s".formatted(refused.code, refused.reason));
    }
}

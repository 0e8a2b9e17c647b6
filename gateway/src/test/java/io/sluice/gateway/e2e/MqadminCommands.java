package io.sluice.gateway.e2e;

import io.sluice.broker.remoting.RemotingDoor;
import java.util.List;

/**
 * What every command of mqadmin does against a node, in the order in which they are run; docs/doors/remoting.md shows it.
 * Words in braces stand for what the test has prepared.
 */
final class MqadminCommands {
    private static final String SWALLOWED = "the tool keeps the reason to itself: ";

    private MqadminCommands() {}

    /** What a user of the command gets. */
    enum State {
        WORKS("works"),
        REFUSED("not supported"),
        LOCAL("asks no broker");

        final String shown;

        State(String shown) {
            this.shown = shown;
        }
    }

    /**
     * One call of a command.
     *
     * @param line   the command and its arguments
     * @param note   for the page
     * @param said   parts of what the tool must print
     */
    record Row(String line, State state, String note, List<String> said) {
        String command() {
            return line.split(" ")[0];
        }
    }

    private static Row works(String line, String... said) {
        return new Row(line, State.WORKS, "", List.of(said));
    }

    private static Row refused(String line, int code) {
        String reason = RemotingDoor.refusals().get(code);
        return new Row(
                line, State.REFUSED, reason, List.of("request type %d not supported: %s".formatted(code, reason)));
    }

    /** The tool prints the word error where others print the answer of the broker. */
    private static Row refusedSilently(String line, int code, String said) {
        return new Row(line, State.REFUSED, SWALLOWED + RemotingDoor.refusals().get(code), List.of(said));
    }

    static final List<Row> ROWS = List.of(
            // topics
            works("updateTopic -c {cluster} -t Made -r 2 -w 2 -a +message.type=NORMAL", "success", "readQueueNums=2"),
            works("updateTopicList -b {broker} -f {topics}", "success"),
            works("updateTopicPerm -c {cluster} -t Made -p 4", "from 6 to 4"),
            works("updateOrderConf -t Made -m put -v broker-a:2", "success"),
            works("updateOrderConf -t Made -m get", "orderConf=[broker-a:2]"),
            works("updateOrderConf -t Made -m delete", "success"),
            works("topicList", "Orders", "Listed"),
            works("topicList -c", "Orders", "readers"),
            works("topicRoute -t Orders", "\"writeQueueNums\":4", "{broker}"),
            works("topicStatus -t Orders", "broker-a", "Max Offset"),
            works("topicClusterList -t Orders", "{cluster}"),
            works("allocateMQ -t Orders -i 10.0.0.1,10.0.0.2", "10.0.0.2", "\"queueId\":3"),
            refused("updateStaticTopic -c {cluster} -t Static -qn 2", 513),
            new Row(
                    "remappingStaticTopic -c {cluster} -t Static",
                    State.REFUSED,
                    "there are no static topics to map anew",
                    List.of("No topic route to do the remapping")),
            // groups
            works("updateSubGroup -c {cluster} -g made -r 5", "success", "retryMaxTimes=5"),
            works("updateSubGroupList -b {broker} -f {groups}", "success"),
            works("getConsumerConfig -g made", "retryMaxTimes", "=  5"),
            works("setConsumeMode -c {cluster} -t Orders -g made -m PULL -q 1", "success"),
            works("consumerConnection -g readers", "{client}", "Orders", "CLUSTERING"),
            works("consumerStatus -g readers", "{client}"),
            works("consumerStatus -g readers -i {client} -s", "#Consumer Properties#", "ConsumeMessageThread"),
            works("consumerProgress", "readers", "CLUSTERING"),
            works("consumerProgress -g readers -t Orders -s true", "Consume Diff Total: 0"),
            works("producerConnection -g writers -t Orders", "JAVA"),
            works("producer -b {broker}", "writers"),
            works("cloneGroupOffset -s readers -d cloned -t Orders", "success"),
            works("resetOffsetByTime -g readers -t Orders -s now", "broker-a"),
            works("resetOffsetByTime -g readers -t Orders -b {broker} -q 0 -s 0 -o 0", "reset consumer offset to 0"),
            works("skipAccumulatedMessage -g readers -t Orders", "broker-a"),
            // messages
            works("sendMessage -t Orders -p hello -k byhand -c TagB -m true", "SEND_OK"),
            works("consumeMessage -t Orders -b broker-a -i {queue} -o 0 -c 1", "Consume ok", "queueOffset=0"),
            works("queryMsgById -t Orders -i {offsetId}", "{uniqueKey}", "trackType=CONSUMED"),
            works("queryMsgById -t Orders -i {uniqueKey} -g readers -d {client}", "consumeResult=CR_SUCCESS"),
            works("queryMsgByKey -t Orders -k key-1", "{uniqueKey}"),
            works("queryMsgByUniqueKey -t Orders -i {uniqueKey}", "key-1", "trackType=CONSUMED"),
            works("queryMsgByOffset -t Orders -b broker-a -i {queue} -o 0", "{uniqueKey}"),
            new Row(
                    "queryMsgTraceById -i {tracedKey}",
                    State.WORKS,
                    "with `traceTopicEnable=true`, for messages of clients that write traces",
                    List.of("Pub", "success")),
            works("printMsg -t Orders -d true", "{uniqueKey}"),
            works("printMsgByQueue -t Orders -a broker-a -i {queue} -p true -d true", "{uniqueKey}"),
            works("queryCq -t Orders -q {queue} -i 0 -c 2 -b {broker} -g readers", "physicOffset=", "eval=true"),
            works("sendMsgStatus -b broker-a -s 32 -c 2", "SEND_OK"),
            works("checkMsgSendRT -t Orders -a 2 -s 16", "Avg RT"),
            // the broker
            works("clusterList", "{cluster}", "{broker}", "V5_3_3"),
            works("clusterList -m", "#InTotalToday"),
            works("brokerStatus -b {broker}", "brokerVersionDesc", "putTps", "commitLogMaxOffset"),
            works("brokerConsumeStats -b {broker}", "readers", "Diff Total"),
            works("statsAll -t Orders", "readers"),
            works("haStatus -b {broker}", "#MasterAddr", "#SlaveNum"),
            works("getBrokerConfig -b {broker}", "fileReservedTime"),
            new Row(
                    "updateBrokerConfig -b {broker} -k fileReservedTime -v 48",
                    State.WORKS,
                    "for the settings of [CONFIG.md](../CONFIG.md) that can change at run time; others are refused with the reason",
                    List.of("success")),
            works("cleanExpiredCQ -b {broker}", "success"),
            works("cleanUnusedTopic -b {broker}", "success"),
            works("deleteExpiredCommitLog -b {broker}", "success"),
            new Row("startMonitoring", State.WORKS, "prints nothing while nothing is wrong", List.of("")),
            works("exportMetadata -c {cluster} -t -f {exports}", "topic.json success"),
            works("exportConfigs -c {cluster} -f {exports}", "configs.json success"),
            works("exportMetrics -c {cluster} -f {exports}", "metrics.json success"),
            refused("exportPopRecord -b {broker}", 200_056),
            refused("resetMasterFlushOffset -b {broker} -o 0", 908),
            refused("switchTimerEngine -b {broker} -e F", 5001),
            refused("getColdDataFlowCtrInfo -b {broker}", 2003),
            refused("updateColdDataFlowCtrGroupConfig -b {broker} -g readers -v 10", 2001),
            refused("removeColdDataFlowCtrGroupConfig -b {broker} -g readers", 2002),
            refused("setCommitLogReadAheadMode -b {broker} -m 0", 2004),
            refused("rocksDBConfigToJson -n {nameServer} -c {cluster} -t topics", 355),
            refused("checkRocksdbCqWriteProgress -c {cluster} -n {nameServer} -t Orders", 354),
            refused("addBroker -c {broker} -b /nowhere", 902),
            refused("removeBroker -c {broker} -b {cluster}:broker-a:0", 903),
            // the name server
            works("getNamesrvConfig", "orderMessageEnable"),
            new Row(
                    "updateNamesrvConfig -k orderMessageEnable -v true",
                    State.WORKS,
                    "for the settings of [CONFIG.md](../CONFIG.md) that can change at run time; others are refused with the reason",
                    List.of("success")),
            works("updateKvConfig -s NAMESPACE -k name -v value", "success"),
            works("deleteKvConfig -s NAMESPACE -k name", "success"),
            works("wipeWritePerm -b broker-a", "OK"),
            works("addWritePerm -b broker-a", "OK"),
            // controllers
            refused("getBrokerEpoch -b broker-a", 1007),
            refused("getSyncStateSet -a {nameServer} -b broker-a", 1005),
            refused("getControllerMetaData -a {nameServer}", 1005),
            refused("getControllerConfig -a {nameServer}", 1010),
            refused("updateControllerConfig -a {nameServer} -k name -v value", 1009),
            refused("electMaster -a {nameServer} -b 0 -bn broker-a -c {cluster}", 1005),
            refused("cleanBrokerMetadata -a {nameServer} -bn broker-a -c {cluster} -l", 1005),
            // access control
            refused("createUser -b {broker} -u user -p word -t Normal", 3001),
            refused("updateUser -b {broker} -u user -p word", 3002),
            refused("deleteUser -b {broker} -u user", 3003),
            refused("getUser -b {broker} -u user", 3004),
            refused("listUser -b {broker}", 3005),
            refused("copyUser -f {broker} -t {broker}", 3005),
            refused("createAcl -b {broker} -s User:user -r Topic:Orders -a Pub -d Allow", 3006),
            refused("updateAcl -b {broker} -s User:user -r Topic:Orders -a Pub -d Allow", 3007),
            refused("deleteAcl -b {broker} -s User:user", 3008),
            refused("getAcl -b {broker} -s User:user", 3009),
            refused("listAcl -b {broker}", 3010),
            refused("copyAcl -f {broker} -t {broker}", 3010),
            // lite topics
            refused("getBrokerLiteInfo -b {broker}", 200_074),
            refusedSilently("getParentTopicInfo -p Orders", 200_075, "[broker-a] error."),
            refusedSilently("getLiteTopicInfo -p Orders -l lite", 200_076, "[broker-a] error."),
            refusedSilently("getLiteClientInfo -p Orders -g readers -c {client}", 200_077, "[broker-a] error."),
            refusedSilently("getLiteGroupInfo -p Orders -g readers", 200_078, "[broker-a] error."),
            refusedSilently("triggerLiteDispatch -p Orders -g readers", 200_079, "error"),
            // files
            new Row(
                    "exportMetadataInRocksDB -p {exports} -t topics",
                    State.LOCAL,
                    "reads RocksDB files, which Sluice does not write",
                    List.of("RocksDB load error")),
            new Row(
                    "dumpCompactionLog -f {exports}/none",
                    State.LOCAL,
                    "reads compacted logs, which Sluice does not write",
                    List.of("not exist")),
            // and away with it
            works("deleteSubGroup -c {cluster} -g made -r true", "success"),
            works("deleteTopic -c {cluster} -t Made", "from NameServer success"),
            // it is still printing when it is stopped, so nothing comes after it
            new Row("clusterRT -a 1 -s 16 -c {cluster} -i 1", State.WORKS, "runs until it is stopped", List.of("#RT")));
}

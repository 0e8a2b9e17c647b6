package io.sluice.wire.command;

import io.sluice.wire.frame.FieldName;
import io.sluice.wire.frame.FieldSink;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.json.Absent;
import io.sluice.wire.json.JsonBytes;
import io.sluice.wire.json.Named;

/** Requests that put messages into the log. */
public sealed interface SendCommands {
    /** Value of {@code maxReconsumeTimes} when the sender leaves the choice to the group. */
    int GROUP_DECIDES = -1;

    /**
     * One message, or a batch when {@code batch}; body: the message or the batch. The long and the short names of the
     * fields (code 10 and 310) make the same record.
     *
     * @param defaultTopic          the topic whose settings a missing topic is created after
     * @param defaultTopicQueueNums queues wanted on creation
     * @param queueId               negative: the broker chooses
     * @param bornTimestamp         clock of the sender, epoch ms
     * @param properties            in their stored form, see {@code PropertiesCodec}
     * @param reconsumeTimes        for retry topics: deliveries so far
     * @param maxReconsumeTimes     for retry topics, or {@link #GROUP_DECIDES}
     * @param brokerName            whom the sender thinks to talk to
     */
    record SendMessage(
            String producerGroup,
            String topic,
            String defaultTopic,
            int defaultTopicQueueNums,
            int queueId,
            int sysFlag,
            long bornTimestamp,
            int flag,
            @Absent String properties,
            @Absent int reconsumeTimes,
            @Absent boolean unitMode,
            @Absent("-1") int maxReconsumeTimes,
            @Absent boolean batch,
            @Absent @Named("bname") String brokerName)
            implements SendCommands {}

    /**
     * Answer to a send. The extension fields of this answer must exist.
     *
     * @param msgId         offset message id; of a batch all ids, separated by commas
     * @param queueOffset   of a batch: of the first message
     * @param transactionId the unique key of the message
     */
    record SendAnswer(
            String msgId,
            int queueId,
            long queueOffset,
            @Absent String transactionId,
            @Absent String batchUniqId,
            @Absent String recallHandle,
            @Absent @Named("MSG_REGION") String region,
            @Absent("true") @Named("TRACE_ON") boolean traceOn)
            implements Fields {
        private static final FieldName MSG_ID = FieldName.of("msgId");
        private static final FieldName QUEUE_ID = FieldName.of("queueId");
        private static final FieldName QUEUE_OFFSET = FieldName.of("queueOffset");
        private static final FieldName TRANSACTION_ID = FieldName.of("transactionId");
        private static final FieldName BATCH_UNIQ_ID = FieldName.of("batchUniqId");
        private static final FieldName RECALL_HANDLE = FieldName.of("recallHandle");
        private static final FieldName MSG_REGION = FieldName.of("MSG_REGION");
        private static final FieldName TRACE_ON = FieldName.of("TRACE_ON");

        /** By hand: this is written once per message. */
        @Override
        public void writeTo(FieldSink sink) {
            sink.text(MSG_ID, msgId);
            sink.number(QUEUE_ID, queueId);
            sink.number(QUEUE_OFFSET, queueOffset);
            given(sink, TRANSACTION_ID, transactionId);
            given(sink, BATCH_UNIQ_ID, batchUniqId);
            given(sink, RECALL_HANDLE, recallHandle);
            given(sink, MSG_REGION, region);
            sink.bool(TRACE_ON, traceOn);
        }

        /** The same fields from texts that are in UTF-8 already. */
        public static void write(
                FieldSink sink,
                JsonBytes msgId,
                int queueId,
                long queueOffset,
                JsonBytes transactionId,
                String region,
                boolean traceOn) {
            sink.utf8(MSG_ID, msgId.array(), 0, msgId.length());
            sink.number(QUEUE_ID, queueId);
            sink.number(QUEUE_OFFSET, queueOffset);
            if (transactionId.length() > 0) {
                sink.utf8(TRANSACTION_ID, transactionId.array(), 0, transactionId.length());
            }
            given(sink, MSG_REGION, region);
            sink.bool(TRACE_ON, traceOn);
        }

        private static void given(FieldSink sink, FieldName name, String value) {
            if (!value.isEmpty()) {
                sink.text(name, value);
            }
        }
    }

    /**
     * A consumer could not handle a message: deliver it again later, or give up.
     *
     * @param offset     of the message in the CommitLog
     * @param delayLevel negative: dead letter at once; 0: the broker chooses; else that level
     */
    record SendBack(
            long offset,
            String group,
            int delayLevel,
            @Absent String originMsgId,
            @Absent String originTopic,
            @Absent boolean unitMode,
            @Absent("-1") int maxReconsumeTimes)
            implements SendCommands {}

    /** Broker to client: the reply to a request of its; body: that of the reply. Hosts are {@code ip:port}. */
    record PushReply(
            String producerGroup,
            String topic,
            String defaultTopic,
            int defaultTopicQueueNums,
            int queueId,
            int sysFlag,
            long bornTimestamp,
            int flag,
            @Absent String properties,
            @Absent int reconsumeTimes,
            @Absent boolean unitMode,
            String bornHost,
            String storeHost,
            long storeTimestamp)
            implements SendCommands {}

    /** Calls a timed message back by the handle of its send answer. */
    record RecallMessage(@Absent String producerGroup, String topic, String recallHandle) implements SendCommands {}

    record RecallAnswer(String msgId) {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        SendMessageV2 shortNames = new SendMessageV2();
        return table.row(RequestCode.SEND_MESSAGE, SendMessage.class)
                .row(RequestCode.SEND_MESSAGE_V2, shortNames)
                .row(RequestCode.SEND_BATCH_MESSAGE, shortNames)
                .row(RequestCode.SEND_REPLY_MESSAGE, SendMessage.class)
                .row(RequestCode.SEND_REPLY_MESSAGE_V2, shortNames)
                .row(RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT, PushReply.class)
                .row(RequestCode.RECALL_MESSAGE, RecallMessage.class)
                .row(RequestCode.CONSUMER_SEND_MSG_BACK, SendBack.class);
    }
}

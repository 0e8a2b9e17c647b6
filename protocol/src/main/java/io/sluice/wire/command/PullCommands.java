package io.sluice.wire.command;

import io.sluice.wire.frame.FieldName;
import io.sluice.wire.frame.FieldSink;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.json.Absent;

/** Reading a queue by offset. */
public sealed interface PullCommands {
    /** The commit offset of the request is to be stored. */
    int SYS_FLAG_COMMIT = 1;
    /** The broker may hold the answer until something comes. */
    int SYS_FLAG_SUSPEND = 2;
    /** The subscription of the request is to be used, not that of the last heartbeat. */
    int SYS_FLAG_SUBSCRIPTION = 4;
    /** Filtering by code sent by the client; nobody does this any more. */
    int SYS_FLAG_CLASS_FILTER = 8;

    int SYS_FLAG_LITE = 16;

    /**
     * Answer body: records, one after the other.
     *
     * @param queueOffset          first offset wanted
     * @param sysFlag              see the constants of {@link PullCommands}
     * @param suspendTimeoutMillis how long the answer may be held
     * @param subVersion           of the subscription the asker has
     * @param expressionType       {@code TAG} or {@code SQL92}
     * @param maxMsgBytes          0: no wish
     */
    record PullMessage(
            String consumerGroup,
            String topic,
            int queueId,
            long queueOffset,
            int maxMsgNums,
            int sysFlag,
            long commitOffset,
            long suspendTimeoutMillis,
            @Absent String subscription,
            long subVersion,
            @Absent("TAG") String expressionType,
            @Absent int maxMsgBytes,
            @Absent int requestSource,
            @Absent String proxyFrowardClientId)
            implements PullCommands {}

    /**
     * Answer to a pull; present for the codes 0, 19, 20 and 21.
     *
     * @param nextBeginOffset where to pull next
     */
    record PullAnswer(
            long suggestWhichBrokerId,
            long nextBeginOffset,
            long minOffset,
            long maxOffset,
            @Absent long offsetDelta,
            @Absent int topicSysFlag,
            @Absent int groupSysFlag,
            @Absent int forbiddenType)
            implements Fields {
        private static final FieldName SUGGESTED = FieldName.of("suggestWhichBrokerId");
        private static final FieldName NEXT = FieldName.of("nextBeginOffset");
        private static final FieldName MIN = FieldName.of("minOffset");
        private static final FieldName MAX = FieldName.of("maxOffset");
        private static final FieldName DELTA = FieldName.of("offsetDelta");
        private static final FieldName TOPIC_FLAG = FieldName.of("topicSysFlag");
        private static final FieldName GROUP_FLAG = FieldName.of("groupSysFlag");
        private static final FieldName FORBIDDEN = FieldName.of("forbiddenType");

        /** By hand: this is written once per pull. */
        @Override
        public void writeTo(FieldSink sink) {
            sink.number(SUGGESTED, suggestWhichBrokerId);
            sink.number(NEXT, nextBeginOffset);
            sink.number(MIN, minOffset);
            sink.number(MAX, maxOffset);
            given(sink, DELTA, offsetDelta);
            given(sink, TOPIC_FLAG, topicSysFlag);
            given(sink, GROUP_FLAG, groupSysFlag);
            given(sink, FORBIDDEN, forbiddenType);
        }

        private static void given(FieldSink sink, FieldName name, long value) {
            if (value != 0) {
                sink.number(name, value);
            }
        }
    }

    /** Why a pull is forbidden; travels with code 16. */
    record ForbiddenAnswer(int forbiddenType) {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.PULL_MESSAGE, PullMessage.class)
                .row(RequestCode.LITE_PULL_MESSAGE, PullMessage.class)
                .row(RequestCode.LOCK_BATCH_MQ, NoFields.class)
                .row(RequestCode.UNLOCK_BATCH_MQ, NoFields.class);
    }
}

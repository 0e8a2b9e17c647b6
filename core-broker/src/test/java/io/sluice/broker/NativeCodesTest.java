package io.sluice.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.remoting.RemotingDoor;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.ProtocolCodes;
import io.sluice.wire.command.RefusedCodes;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every request code of the protocol is answered or turned down with a sentence. */
class NativeCodesTest {
    @TempDir
    Path directory;

    @Test
    void everyCodeIsAnsweredOrTurnedDownWithAReason() throws IOException {
        Map<Integer, String> refusals = RemotingDoor.refusals();
        try (NativeNode node = NativeNode.in(directory)) {
            for (int code : ProtocolCodes.all()) {
                Frame answer = node.ask(Frame.request(code));
                if (refusals.containsKey(code)) {
                    assertThat(answer.code()).as("code %d", code).isEqualTo(ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
                    assertThat(answer.remark()).contains(refusals.get(code)).contains(Integer.toString(code));
                } else {
                    assertThat(answer.code())
                            .as("code %d is handled, it says: %s", code, answer.remark())
                            .isNotEqualTo(ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
                }
            }
        }
    }

    @Test
    void theTableOfCommandsAndTheRefusalsTogetherAreTheProtocol() {
        Set<Integer> known = new TreeSet<>(CommandTable.STANDARD.codes());
        RefusedCodes.all().forEach(refused -> known.add(refused.code()));
        assertThat(known).containsExactlyInAnyOrderElementsOf(ProtocolCodes.all());
        assertThat(known).containsAll(RemotingDoor.refusals().keySet());
        assertThat(RemotingDoor.refusals().values())
                .allSatisfy(reason -> assertThat(reason).isNotBlank());
    }

    @Test
    void aCodeThatNobodyKnowsIsTurnedDown() throws IOException {
        try (NativeNode node = NativeNode.in(directory)) {
            assertThat(node.ask(Frame.request(9999)).code()).isEqualTo(ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
        }
    }

    @Test
    void whatPlainProducersAndConsumersNeedIsHandled() {
        assertThat(RemotingDoor.refusals())
                .doesNotContainKeys(
                        RequestCode.SEND_MESSAGE,
                        RequestCode.SEND_MESSAGE_V2,
                        RequestCode.SEND_BATCH_MESSAGE,
                        RequestCode.CONSUMER_SEND_MSG_BACK,
                        RequestCode.PULL_MESSAGE,
                        RequestCode.LITE_PULL_MESSAGE,
                        RequestCode.HEART_BEAT,
                        RequestCode.UNREGISTER_CLIENT,
                        RequestCode.GET_CONSUMER_LIST_BY_GROUP,
                        RequestCode.QUERY_CONSUMER_OFFSET,
                        RequestCode.UPDATE_CONSUMER_OFFSET,
                        RequestCode.GET_MAX_OFFSET,
                        RequestCode.GET_MIN_OFFSET,
                        RequestCode.SEARCH_OFFSET_BY_TIMESTAMP,
                        RequestCode.LOCK_BATCH_MQ,
                        RequestCode.UNLOCK_BATCH_MQ);
    }
}

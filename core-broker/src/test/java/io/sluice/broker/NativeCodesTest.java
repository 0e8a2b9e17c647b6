package io.sluice.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.remoting.RemotingDoor;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.RefusedCodes;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every request code of the protocol is answered or turned down with a sentence. */
class NativeCodesTest {
    /** All codes of Apache RocketMQ 4.9 and 5.5, and Sluice's own two. */
    private static final Set<Integer> CODES_OF_THE_PROTOCOL = codes();

    private static Set<Integer> codes() {
        int[][] ranges = {
            {10, 15},
            {17, 18},
            {21, 23},
            {25, 43},
            {45, 47},
            {50, 54},
            {60, 61},
            {100, 106},
            {200, 217},
            {219, 225},
            {300, 318},
            {319, 329},
            {343, 343},
            {345, 345},
            {351, 355},
            {361, 361},
            {370, 370},
            {400, 402},
            {513, 513},
            {901, 908},
            {1001, 1018},
            {2001, 2004},
            {3001, 3010},
            {5001, 5001},
            {30_001, 30_004},
            {200_050, 200_056},
            {200_070, 200_079},
            {200_151, 200_151}
        };
        Set<Integer> codes = new TreeSet<>();
        for (int[] range : ranges) {
            codes.addAll(IntStream.rangeClosed(range[0], range[1]).boxed().collect(Collectors.toSet()));
        }
        return codes;
    }

    @TempDir
    Path directory;

    @Test
    void everyCodeIsAnsweredOrTurnedDownWithAReason() throws IOException {
        Map<Integer, String> refusals = RemotingDoor.refusals();
        try (NativeNode node = NativeNode.in(directory)) {
            for (int code : CODES_OF_THE_PROTOCOL) {
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
        assertThat(known).containsExactlyInAnyOrderElementsOf(CODES_OF_THE_PROTOCOL);
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

    @Test
    void theDocumentationNamesExactlyWhatIsHandled() throws IOException {
        String page = Files.readString(Path.of(System.getProperty("sluice.root"), "docs", "doors", "remoting.md"));
        String row = page.lines()
                .filter(line -> line.startsWith("| handled |"))
                .findFirst()
                .orElseThrow();
        Set<Integer> documented = new TreeSet<>();
        Matcher numbers = Pattern.compile("[0-9]+").matcher(row);
        while (numbers.find()) {
            documented.add(Integer.parseInt(numbers.group()));
        }
        Set<Integer> handled = new TreeSet<>(CODES_OF_THE_PROTOCOL);
        handled.removeAll(RemotingDoor.refusals().keySet());
        assertThat(documented).containsExactlyInAnyOrderElementsOf(handled);
    }
}

package io.sluice.wire.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.wire.command.LeaseCommands.Lent;
import io.sluice.wire.command.OffsetCommands.Boundary;
import io.sluice.wire.frame.FieldException;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CommandTableTest {
    private static final CommandTable TABLE = CommandTable.STANDARD;

    /** What a 5.3.3 producer sends. */
    private static final Map<String, String> GENUINE_SEND = Map.ofEntries(
            Map.entry("a", "PG"),
            Map.entry("b", "T1"),
            Map.entry("c", "TBW102"),
            Map.entry("d", "2"),
            Map.entry("e", "1"),
            Map.entry("f", "0"),
            Map.entry("g", "1795223234684"),
            Map.entry("h", "0"),
            Map.entry("i", "KEYS\u0001key1 key2\u0002UNIQ_KEY\u0001FD00\u0002WAIT\u0001true\u0002TAGS\u0001TagA\u0002"),
            Map.entry("j", "0"),
            Map.entry("k", "false"),
            Map.entry("m", "false"),
            Map.entry("n", "broker-a"));

    @Test
    void aGenuineSendWithShortNamesIsRead() {
        SendCommands.SendMessage send =
                TABLE.read(Frame.request(310, Fields.of(GENUINE_SEND)), SendCommands.SendMessage.class);

        assertThat(send)
                .isEqualTo(new SendCommands.SendMessage(
                        "PG",
                        "T1",
                        "TBW102",
                        2,
                        1,
                        0,
                        1795223234684L,
                        0,
                        GENUINE_SEND.get("i"),
                        0,
                        false,
                        SendCommands.GROUP_DECIDES,
                        false,
                        "broker-a"));
    }

    @Test
    void aSendIsWrittenWithTheFieldsThatAGenuineProducerWrites() {
        SendCommands.SendMessage send =
                TABLE.read(Frame.request(310, Fields.of(GENUINE_SEND)), SendCommands.SendMessage.class);

        assertThat(TABLE.request(310, send).fields().asMap()).isEqualTo(GENUINE_SEND);
    }

    @Test
    void longAndShortNamesMakeTheSameRecord() {
        SendCommands.SendMessage send =
                TABLE.read(Frame.request(310, Fields.of(GENUINE_SEND)), SendCommands.SendMessage.class);

        Frame withLongNames = TABLE.request(10, send);

        assertThat(withLongNames.fields().asMap()).containsEntry("producerGroup", "PG");
        assertThat(TABLE.read(withLongNames, SendCommands.SendMessage.class)).isEqualTo(send);
    }

    @Test
    void aGenuinePullIsRead() {
        Fields fields = Fields.of(Map.ofEntries(
                Map.entry("queueId", "0"),
                Map.entry("maxMsgBytes", "262144"),
                Map.entry("maxMsgNums", "32"),
                Map.entry("sysFlag", "2"),
                Map.entry("suspendTimeoutMillis", "15000"),
                Map.entry("commitOffset", "0"),
                Map.entry("bname", "broker-a"),
                Map.entry("topic", "T1"),
                Map.entry("queueOffset", "7"),
                Map.entry("expressionType", "TAG"),
                Map.entry("subVersion", "1795223236423"),
                Map.entry("consumerGroup", "CG")));

        PullCommands.PullMessage pull = TABLE.read(Frame.request(11, fields), PullCommands.PullMessage.class);

        assertThat(pull)
                .isEqualTo(new PullCommands.PullMessage(
                        "CG", "T1", 0, 7, 32, 2, 0, 15000, "", 1795223236423L, "TAG", 262144, 0, ""));
    }

    @Test
    void aMissingRequiredFieldIsNamedWithTheCode() {
        assertThatThrownBy(() -> TABLE.read(Frame.request(105), RouteCommands.GetRoute.class))
                .isInstanceOf(FieldException.class)
                .hasMessage("request 105 (GetRoute) lacks the required field 'topic'");
    }

    @Test
    void aMissingLetterOfASendIsNamedWithTheCode() {
        Map<String, String> fields = new LinkedHashMap<>(GENUINE_SEND);
        fields.remove("e");

        assertThatThrownBy(() -> TABLE.read(Frame.request(320, Fields.of(fields)), SendCommands.SendMessage.class))
                .isInstanceOf(FieldException.class)
                .hasMessage("request 320 (SendMessage) lacks the required field 'e'");
    }

    @Test
    void aFieldThatIsNoNumberIsNamedButNotShown() {
        Fields fields = Fields.of(Map.of("topic", "T1", "queueId", "secret"));

        assertThatThrownBy(() -> TABLE.read(Frame.request(30, fields), OffsetCommands.GetMaxOffset.class))
                .isInstanceOf(FieldException.class)
                .hasMessageContaining("request 30")
                .hasMessageContaining("queueId")
                .hasMessageNotContaining("secret");
    }

    @Test
    void anAbsentFieldHasItsDefaultAndADefaultIsNotWritten() {
        Frame request = Frame.request(14, Fields.of(Map.of("consumerGroup", "CG", "topic", "T1", "queueId", "3")));

        OffsetCommands.QueryOffset query = TABLE.read(request, OffsetCommands.QueryOffset.class);

        assertThat(query.setZeroIfNotFound()).isTrue();
        assertThat(TABLE.request(14, query).fields().asMap())
                .isEqualTo(request.fields().asMap());
    }

    @Test
    void anEnumIsReadWithoutRegardToCaseAndUnknownMeansAbsent() {
        assertThat(boundaryOf("upper")).isEqualTo(Boundary.UPPER);
        assertThat(boundaryOf("sideways")).isEqualTo(Boundary.LOWER);
    }

    private static Boundary boundaryOf(String text) {
        Fields fields = Fields.of(Map.of("topic", "T", "queueId", "0", "timestamp", "5", "boundaryType", text));
        return TABLE.read(Frame.request(29, fields), OffsetCommands.SearchOffset.class)
                .boundaryType();
    }

    @Test
    void theAnswerToASendHasTheFieldsThatGenuineClientsRead() {
        Frame answer = TABLE.answer(new SendCommands.SendAnswer(
                "7F000001000051AF0000000000000000", 1, 0, "FD00", "", "", "DefaultRegion", true));

        assertThat(answer.fields().asMap())
                .isEqualTo(Map.of(
                        "queueId", "1",
                        "transactionId", "FD00",
                        "msgId", "7F000001000051AF0000000000000000",
                        "TRACE_ON", "true",
                        "MSG_REGION", "DefaultRegion",
                        "queueOffset", "0"));
        assertThat(TABLE.readAnswer(answer, SendCommands.SendAnswer.class).transactionId())
                .isEqualTo("FD00");
    }

    @Test
    void leasesTravelInOneField() {
        List<Lent> lent = List.of(new Lent("r-1", 0, 1, 1795223234684L), new Lent("r-2", 7, 3, 1795223234685L, 256));
        Frame answer = TABLE.answer(0, "", LeaseCommands.LeaseAnswer.of("broker-a", lent), FrameBody.NONE);

        assertThat(TABLE.readAnswer(answer, LeaseCommands.LeaseAnswer.class).lent())
                .isEqualTo(lent);
        assertThat(LeaseCommands.LeaseAnswer.of("broker-a", List.of()).lent()).isEmpty();
    }

    @Test
    void everyRowRoundTrips() throws ReflectiveOperationException {
        for (int code : TABLE.codes()) {
            Record sample = sample(TABLE.row(code).orElseThrow().header());
            Record back = TABLE.read(TABLE.request(code, sample), sample.getClass());
            assertThat(back).as("code %d", code).isEqualTo(sample);
        }
    }

    /** A record with a different value in every component, none of them a default. */
    private static Record sample(Class<? extends Record> type) throws ReflectiveOperationException {
        List<Class<?>> types = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Class<?> of = component.getType();
            types.add(of);
            int n = values.size() + 5;
            if (of == String.class) {
                values.add("text\u0001 \"%d\" \u4E2D\uD83D\uDE00".formatted(n));
            } else if (of == int.class) {
                values.add(-n);
            } else if (of == long.class) {
                values.add(Long.MIN_VALUE + n);
            } else if (of == boolean.class) {
                values.add(true);
            } else {
                Object[] constants = of.getEnumConstants();
                values.add(constants[constants.length - 1]);
            }
        }
        return type.getConstructor(types.toArray(new Class<?>[0])).newInstance(values.toArray());
    }

    @Test
    void everyCodeOfTheProtocolHasARowOrIsRefusedWithAReason() {
        Set<Integer> answered = TABLE.codes();
        Set<Integer> refused = new TreeSet<>();
        RefusedCodes.all().forEach(code -> {
            refused.add(code.code());
            assertThat(code.reason()).as("reason of %d", code.code()).isNotBlank();
        });

        assertThat(refused).doesNotContainAnyElementsOf(answered);
        Set<Integer> known = new TreeSet<>(answered);
        known.addAll(refused);
        assertThat(known).isEqualTo(ProtocolCodes.all());
    }
}

package io.sluice.wire.command;

import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.frame.FieldException;
import io.sluice.wire.frame.FieldName;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.ParsedFields;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The send header whose fields are called {@code a} to {@code n}. Written by hand because it is read once per message: one
 * pass over the fields, no look-up by name.
 */
final class SendMessageV2 implements HeaderCodec<SendMessage> {
    /** Bit per letter that must have come: a to h. */
    static final int REQUIRED = 0xFF;

    private static final List<FieldName> LETTERS = IntStream.rangeClosed('a', 'n')
            .mapToObj(letter -> FieldName.of(Character.toString(letter)))
            .toList();

    @Override
    public Class<SendMessage> type() {
        return SendMessage.class;
    }

    @Override
    public List<String> fieldNames() {
        // The letters follow the order of the record.
        return LETTERS.stream().map(FieldName::toString).toList();
    }

    @Override
    public List<String> requiredFields() {
        return fieldNames().subList(0, Integer.bitCount(REQUIRED));
    }

    @Override
    public SendMessage decode(String what, Fields given) {
        ParsedFields fields = given.parsed();
        String producerGroup = "";
        String topic = "";
        String defaultTopic = "";
        int defaultTopicQueueNums = 0;
        int queueId = 0;
        int sysFlag = 0;
        long bornTimestamp = 0;
        int flag = 0;
        String properties = "";
        int reconsumeTimes = 0;
        boolean unitMode = false;
        int maxReconsumeTimes = SendCommands.GROUP_DECIDES;
        boolean batch = false;
        String brokerName = "";
        int seen = 0;
        try {
            for (int i = 0; i < fields.count(); i++) {
                byte letter = fields.letterAt(i);
                if (letter < 'a' || letter > 'n') {
                    continue;
                }
                seen |= 1 << letter - 'a';
                switch (letter) {
                    case 'a' -> producerGroup = fields.textAt(i);
                    case 'b' -> topic = fields.textAt(i);
                    case 'c' -> defaultTopic = fields.textAt(i);
                    case 'd' -> defaultTopicQueueNums = fields.intAt(i);
                    case 'e' -> queueId = fields.intAt(i);
                    case 'f' -> sysFlag = fields.intAt(i);
                    case 'g' -> bornTimestamp = fields.longAt(i);
                    case 'h' -> flag = fields.intAt(i);
                    case 'i' -> properties = fields.textAt(i);
                    case 'j' -> reconsumeTimes = fields.isEmptyAt(i) ? 0 : fields.intAt(i);
                    case 'k' -> unitMode = fields.boolAt(i);
                    case 'l' -> maxReconsumeTimes = fields.isEmptyAt(i) ? SendCommands.GROUP_DECIDES : fields.intAt(i);
                    case 'm' -> batch = fields.boolAt(i);
                    default -> brokerName = fields.textAt(i);
                }
            }
        } catch (FieldException wrong) {
            throw new FieldException("%s: %s".formatted(what, wrong.getMessage()));
        }
        if ((seen & REQUIRED) != REQUIRED) {
            int missing = Integer.numberOfTrailingZeros(~seen);
            throw new FieldException("%s lacks the required field '%s'".formatted(what, LETTERS.get(missing)));
        }
        return new SendMessage(
                producerGroup,
                topic,
                defaultTopic,
                defaultTopicQueueNums,
                queueId,
                sysFlag,
                bornTimestamp,
                flag,
                properties,
                reconsumeTimes,
                unitMode,
                maxReconsumeTimes,
                batch,
                brokerName);
    }

    @Override
    public Fields encode(SendMessage header) {
        return sink -> {
            sink.text(letter('a'), header.producerGroup());
            sink.text(letter('b'), header.topic());
            sink.text(letter('c'), header.defaultTopic());
            sink.number(letter('d'), header.defaultTopicQueueNums());
            sink.number(letter('e'), header.queueId());
            sink.number(letter('f'), header.sysFlag());
            sink.number(letter('g'), header.bornTimestamp());
            sink.number(letter('h'), header.flag());
            if (!header.properties().isEmpty()) {
                sink.text(letter('i'), header.properties());
            }
            sink.number(letter('j'), header.reconsumeTimes());
            sink.bool(letter('k'), header.unitMode());
            if (header.maxReconsumeTimes() != SendCommands.GROUP_DECIDES) {
                sink.number(letter('l'), header.maxReconsumeTimes());
            }
            sink.bool(letter('m'), header.batch());
            if (!header.brokerName().isEmpty()) {
                sink.text(letter('n'), header.brokerName());
            }
        };
    }

    private static FieldName letter(char letter) {
        return LETTERS.get(letter - 'a');
    }
}

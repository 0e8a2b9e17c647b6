package io.sluice.wire.command;

import io.sluice.wire.frame.FieldException;
import io.sluice.wire.frame.KnownTexts;
import io.sluice.wire.frame.ParsedFields;
import io.sluice.wire.json.JsonBytes;
import io.sluice.wire.message.SendHeader;

/**
 * The send header whose fields are called {@code a} to {@code n}, as {@link SendMessageV2} reads it, but into memory that the
 * next one overwrites. Confined to one thread.
 */
public final class SendHead implements SendHeader {
    private static final int PROPERTIES_CAPACITY = 1024;

    private final KnownTexts texts = new KnownTexts();
    private final JsonBytes properties = new JsonBytes(PROPERTIES_CAPACITY);
    private String topic = "";
    private int queueId;
    private int sysFlag;
    private long bornTimestamp;
    private int flag;
    private int reconsumeTimes;
    private boolean batch;

    /**
     * Reads the next header.
     *
     * @return {@code false} when a field is missing or is not of its type: {@link SendMessageV2} says which
     */
    public boolean read(ParsedFields fields) {
        properties.clear();
        topic = "";
        reconsumeTimes = 0;
        batch = false;
        int seen = 0;
        try {
            for (int i = 0; i < fields.count(); i++) {
                byte letter = fields.letterAt(i);
                if (letter >= 'a' && letter <= 'n') {
                    seen |= 1 << letter - 'a';
                    read(letter, fields, i);
                }
            }
        } catch (FieldException wrong) {
            return false;
        }
        return (seen & SendMessageV2.REQUIRED) == SendMessageV2.REQUIRED;
    }

    private void read(byte letter, ParsedFields fields, int i) {
        switch (letter) {
            case 'b' -> topic = fields.textAt(i, texts);
            // only asked for when the topic is to be made
            case 'd' -> fields.intAt(i);
            case 'e' -> queueId = fields.intAt(i);
            case 'f' -> sysFlag = fields.intAt(i);
            case 'g' -> bornTimestamp = fields.longAt(i);
            case 'h' -> flag = fields.intAt(i);
            case 'i' -> {
                properties.clear();
                fields.utf8At(i, properties);
            }
            case 'j' -> reconsumeTimes = fields.isEmptyAt(i) ? 0 : fields.intAt(i);
            case 'm' -> batch = fields.boolAt(i);
            default -> {
                // the group, the template, and what concerns retry topics only
            }
        }
    }

    /** Empty when there is none. */
    @Override
    public String topic() {
        return topic;
    }

    /** Negative: the broker chooses. */
    @Override
    public int queueId() {
        return queueId;
    }

    @Override
    public int sysFlag() {
        return sysFlag;
    }

    /** Clock of the sender, epoch ms. */
    @Override
    public long bornTimestamp() {
        return bornTimestamp;
    }

    @Override
    public int flag() {
        return flag;
    }

    @Override
    public int reconsumeTimes() {
        return reconsumeTimes;
    }

    /** Whether the body is a batch. */
    @Override
    public boolean batch() {
        return batch;
    }

    /** In their stored form. */
    @Override
    public JsonBytes properties() {
        return properties;
    }
}

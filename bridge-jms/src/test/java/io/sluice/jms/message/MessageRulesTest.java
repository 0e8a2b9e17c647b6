package io.sluice.jms.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.JMSException;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotReadableException;
import jakarta.jms.MessageNotWriteableException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be read and written when, and as what: Jakarta Messaging 3.1 §3.5, §3.10 and §3.11. */
class MessageRulesTest {

    /** One way to read a property. */
    @FunctionalInterface
    private interface Read {
        Object from(SluiceMessage message, String name) throws JMSException;
    }

    private static final Map<String, Read> READS = Map.of(
            "boolean", SluiceMessage::getBooleanProperty,
            "byte", SluiceMessage::getByteProperty,
            "short", SluiceMessage::getShortProperty,
            "int", SluiceMessage::getIntProperty,
            "long", SluiceMessage::getLongProperty,
            "float", SluiceMessage::getFloatProperty,
            "double", SluiceMessage::getDoubleProperty,
            "String", SluiceMessage::getStringProperty);

    private static final Map<String, Object> WRITTEN = Map.of(
            "boolean", true, "byte", (byte) 1, "short", (short) 1, "int", 1, "long", 1L, "float", 1f, "double", 1d,
            "String", "1");

    /** §3.5.4: the table of conversions; everything not in it is a MessageFormatException. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "boolean; boolean String",
                "byte; byte short int long String",
                "short; short int long String",
                "int; int long String",
                "long; long String",
                "float; float double String",
                "double; double String",
                "String; boolean byte short int long float double String",
            })
    void propertiesAreReadAsTheTypesThatLoseNothing(String written, String readable) throws JMSException {
        SluiceMessage message = new SluiceMessage();
        message.setObjectProperty("p", WRITTEN.get(written));
        List<String> allowed = List.of(readable.split(" "));
        for (Map.Entry<String, Read> read : READS.entrySet()) {
            if (allowed.contains(read.getKey())) {
                assertThat(read.getValue().from(message, "p")).as(read.getKey()).isNotNull();
            } else {
                assertThatThrownBy(() -> read.getValue().from(message, "p"))
                        .as("%s as %s", written, read.getKey())
                        .isInstanceOf(MessageFormatException.class);
            }
        }
    }

    /** §3.5.8: an absent property reads as null does. */
    @Test
    void anAbsentPropertyReadsAsNull() throws JMSException {
        SluiceMessage message = new SluiceMessage();
        assertThat(message.getObjectProperty("none")).isNull();
        assertThat(message.getStringProperty("none")).isNull();
        assertThat(message.getBooleanProperty("none")).isFalse();
        for (String whole : List.of("byte", "short", "int", "long")) {
            assertThatThrownBy(() -> READS.get(whole).from(message, "none"))
                    .as(whole)
                    .isInstanceOf(NumberFormatException.class);
        }
        for (String real : List.of("float", "double")) {
            assertThatThrownBy(() -> READS.get(real).from(message, "none"))
                    .as(real)
                    .isInstanceOf(NullPointerException.class);
        }
        message.setStringProperty("text", "abc");
        assertThatThrownBy(() -> message.getIntProperty("text")).isInstanceOf(NumberFormatException.class);
    }

    @ParameterizedTest
    @NullAndEmptySource
    void aPropertyNeedsAName(String name) {
        assertThatThrownBy(() -> new SluiceMessage().setStringProperty(name, "x"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a-b",
                "1a",
                "a b",
                "NULL",
                "true",
                "Between",
                "TAGS",
                "KEYS",
                "contentType",
                "jmsDestination",
                "propertyTypes",
                "UNIQ_KEY",
                "replyTo",
                "expiresAt"
            })
    void namesThatAreNoIdentifierOrTheBrokersOwnAreRefused(String name) {
        assertThatThrownBy(() -> new SluiceMessage().setStringProperty(name, "x"))
                .isInstanceOf(JMSException.class)
                .hasMessageContaining("'" + name + "'");
    }

    @Test
    void aPropertyIsABoxedPrimitiveOrText() {
        assertThatThrownBy(() -> new SluiceMessage().setObjectProperty("p", List.of()))
                .isInstanceOf(MessageFormatException.class);
        assertThatThrownBy(() -> new SluiceMessage().setObjectProperty("p", 'c'))
                .isInstanceOf(MessageFormatException.class);
    }

    /** §3.5.3, §3.10: what was received is read only until it is cleared. */
    @Test
    void aReceivedMessageIsReadOnlyUntilCleared() throws JMSException {
        SluiceTextMessage message = new SluiceTextMessage("x");
        message.setIntProperty("p", 1);
        message.becomeReceived(Acknowledger.NOBODY);

        assertThatThrownBy(() -> message.setIntProperty("p", 2)).isInstanceOf(MessageNotWriteableException.class);
        assertThatThrownBy(() -> message.setText("y")).isInstanceOf(MessageNotWriteableException.class);
        message.setJMSCorrelationID("headers may be set");
        message.clearProperties();
        assertThat(message.getPropertyNames().hasMoreElements()).isFalse();
        assertThat(message.getText()).isEqualTo("x");
        message.setIntProperty("p", 2);
        message.clearBody();
        assertThat(message.getText()).isNull();
        assertThat(message.getIntProperty("p")).isEqualTo(2);
        message.setText("y");
    }

    @Test
    void mapsRefuseNamelessAndForeignValues() throws JMSException {
        SluiceMapMessage map = new SluiceMapMessage();
        assertThatThrownBy(() -> map.setInt("", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> map.setInt(null, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> map.setObject("o", List.of())).isInstanceOf(MessageFormatException.class);
        map.setChar("c", 'x');
        assertThat(map.getChar("c")).isEqualTo('x');
        assertThat(map.getString("c")).isEqualTo("x");
        assertThatThrownBy(() -> map.getInt("c")).isInstanceOf(MessageFormatException.class);
        assertThatThrownBy(() -> map.getChar("none")).isInstanceOf(NullPointerException.class);
        map.setBytes("b", new byte[] {1, 2, 3}, 1, 2);
        assertThat(map.getBytes("b")).containsExactly(2, 3);
        assertThatThrownBy(() -> map.setBytes("b", new byte[2], 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> map.getString("b")).isInstanceOf(MessageFormatException.class);
    }

    // ---- streams, §3.11.3 ----

    @Test
    void aStreamIsReadAfterReset() throws JMSException {
        SluiceStreamMessage stream = new SluiceStreamMessage();
        stream.writeInt(1);
        stream.writeString("two");
        assertThatThrownBy(stream::readInt).isInstanceOf(MessageNotReadableException.class);

        stream.reset();

        assertThat(stream.readLong()).isEqualTo(1);
        assertThat(stream.readString()).isEqualTo("two");
        assertThatThrownBy(stream::readObject).isInstanceOf(MessageEOFException.class);
        assertThatThrownBy(() -> stream.writeInt(3)).isInstanceOf(MessageNotWriteableException.class);
        stream.clearBody();
        stream.writeInt(3);
    }

    @Test
    void aReadThatFailsLeavesThePositionWhereItWas() throws JMSException {
        SluiceStreamMessage stream = new SluiceStreamMessage();
        stream.writeString("no number");
        stream.writeDouble(1.5);
        stream.reset();

        assertThatThrownBy(stream::readInt).isInstanceOf(NumberFormatException.class);
        assertThat(stream.readString()).isEqualTo("no number");
        assertThatThrownBy(stream::readFloat).isInstanceOf(MessageFormatException.class);
        assertThat(stream.readDouble()).isEqualTo(1.5);
    }

    @Test
    void bytesInAStreamAreReadInParts() throws JMSException {
        SluiceStreamMessage stream = new SluiceStreamMessage();
        stream.writeBytes(new byte[] {1, 2, 3, 4});
        stream.writeBytes(new byte[0]);
        stream.writeObject(null);
        stream.writeInt(9);
        stream.reset();
        byte[] two = new byte[2];

        assertThat(stream.readBytes(two)).isEqualTo(2);
        assertThatThrownBy(stream::readInt).isInstanceOf(MessageFormatException.class);
        assertThat(stream.readBytes(two)).isEqualTo(2);
        assertThat(stream.readBytes(two)).isEqualTo(-1);
        assertThat(stream.readBytes(two)).isZero();
        assertThat(stream.readBytes(two)).isEqualTo(-1);
        assertThat(stream.readInt()).isEqualTo(9);
    }

    // ---- bytes, §3.11 ----

    @Test
    void bytesAreReadAsTheyWereWritten() throws JMSException {
        SluiceBytesMessage bytes = new SluiceBytesMessage();
        bytes.writeBoolean(true);
        bytes.writeByte((byte) -1);
        bytes.writeByte((byte) -1);
        bytes.writeShort((short) -2);
        bytes.writeShort((short) -2);
        bytes.writeChar('c');
        bytes.writeInt(5);
        bytes.writeLong(6);
        bytes.writeFloat(1.5f);
        bytes.writeDouble(2.5);
        bytes.writeUTF("grüß");
        bytes.writeObject("again");
        bytes.writeBytes(new byte[] {1, 2, 3}, 1, 2);
        assertThatThrownBy(bytes::readByte).isInstanceOf(MessageNotReadableException.class);
        assertThatThrownBy(bytes::getBodyLength).isInstanceOf(MessageNotReadableException.class);

        bytes.reset();

        assertThat(bytes.readBoolean()).isTrue();
        assertThat(bytes.readByte()).isEqualTo((byte) -1);
        assertThat(bytes.readUnsignedByte()).isEqualTo(255);
        assertThat(bytes.readShort()).isEqualTo((short) -2);
        assertThat(bytes.readUnsignedShort()).isEqualTo(65534);
        assertThat(bytes.readChar()).isEqualTo('c');
        assertThat(bytes.readInt()).isEqualTo(5);
        assertThat(bytes.readLong()).isEqualTo(6);
        assertThat(bytes.readFloat()).isEqualTo(1.5f);
        assertThat(bytes.readDouble()).isEqualTo(2.5);
        assertThat(bytes.readUTF()).isEqualTo("grüß");
        assertThat(bytes.readUTF()).isEqualTo("again");
        byte[] rest = new byte[8];
        assertThat(bytes.readBytes(rest)).isEqualTo(2);
        assertThat(bytes.readBytes(rest)).isEqualTo(-1);
        assertThatThrownBy(bytes::readByte).isInstanceOf(MessageEOFException.class);
        assertThatThrownBy(() -> bytes.readBytes(rest, 9)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> bytes.writeByte((byte) 1)).isInstanceOf(MessageNotWriteableException.class);
    }

    @Test
    void aTextThatClaimsMoreThanTheBodyHasIsTheEndOfIt() throws JMSException {
        SluiceBytesMessage bytes = new SluiceBytesMessage(new byte[] {0x7F, -1, 'a'});
        assertThatThrownBy(bytes::readUTF).isInstanceOf(MessageEOFException.class);
        assertThat(bytes.readUnsignedShort()).isEqualTo(0x7FFF);
    }

    // ---- getBody, §3.11 ----

    @Test
    @SuppressWarnings("unchecked")
    void bodiesAreGivenAsTheirTypes() throws JMSException {
        SluiceTextMessage text = new SluiceTextMessage("t");
        assertThat(text.getBody(CharSequence.class)).isEqualTo("t");
        assertThat(text.isBodyAssignableTo(byte[].class)).isFalse();
        assertThatThrownBy(() -> text.getBody(byte[].class)).isInstanceOf(MessageFormatException.class);

        SluiceMapMessage map = new SluiceMapMessage();
        map.setInt("a", 1);
        assertThat(map.getBody(Map.class)).containsEntry("a", 1);
        assertThat(map.isBodyAssignableTo(String.class)).isFalse();

        SluiceBytesMessage bytes = new SluiceBytesMessage();
        bytes.writeInt(1);
        assertThat(bytes.getBody(byte[].class)).containsExactly(0, 0, 0, 1);
        assertThat(bytes.readInt()).as("reset after use").isEqualTo(1);

        SluiceMessage none = new SluiceMessage();
        assertThat(none.isBodyAssignableTo(String.class)).isTrue();
        assertThat(none.getBody(String.class)).isNull();

        SluiceStreamMessage stream = new SluiceStreamMessage();
        assertThat(stream.isBodyAssignableTo(Object.class)).isFalse();
        assertThatThrownBy(() -> stream.getBody(Object.class)).isInstanceOf(MessageFormatException.class);
    }

    /** §3.4.5: a provider need not support correlation ids as bytes, and says so. */
    @Test
    void correlationIdsAsBytesAreRefused() {
        assertThatThrownBy(() -> new SluiceMessage().setJMSCorrelationIDAsBytes(new byte[1]))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("text");
    }

    @Test
    void aMessageShowsNoPayloadInItsText() {
        assertThat(new SluiceTextMessage("secret").toString()).doesNotContain("secret");
    }
}

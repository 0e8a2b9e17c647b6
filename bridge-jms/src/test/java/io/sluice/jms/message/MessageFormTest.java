package io.sluice.jms.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.jms.destination.Address;
import io.sluice.jms.destination.Addressed;
import io.sluice.model.Message;
import io.sluice.model.PropertyNames;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.MessageFormatException;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a message looks like in the log, and what comes back: Jakarta Messaging 3.1 §3.5 and §3.11. */
class MessageFormTest {
    private static final Address ORDERS = Address.queue("orders");

    /** A destination that is nothing but its address. */
    private record Place(Address address) implements Addressed {}

    private static Message stored(SluiceMessage message) throws JMSException {
        message.setJMSTimestamp(1_000);
        return new OutgoingForm("c").of(message, ORDERS);
    }

    private static SluiceMessage received(Message stored) {
        return new IncomingForm(Place::new).of(stored, "01", new Place(ORDERS), 1, Acknowledger.NOBODY);
    }

    private static SluiceMessage foreign(String contentType, byte[] body) {
        return received(new Message(ORDERS.topic(), body, Message.of("x", "").properties(), 0, 1)
                .withProperty(PropertyNames.CONTENT_TYPE, contentType));
    }

    // ---- properties ----

    @Provide
    Arbitrary<Map<String, Object>> properties() {
        Arbitrary<String> names = Arbitraries.strings()
                .withCharRange('a', 'z')
                .withChars('_', '$')
                .ofMinLength(1)
                .ofMaxLength(8)
                .map(name -> "p" + name);
        Arbitrary<Object> values = Arbitraries.oneOf(
                Arbitraries.strings()
                        .ascii()
                        .filter(text -> text.indexOf(1) < 0 && text.indexOf(2) < 0)
                        .asGeneric(),
                Arbitraries.of(true, false).asGeneric(),
                Arbitraries.bytes().asGeneric(),
                Arbitraries.shorts().asGeneric(),
                Arbitraries.integers().asGeneric(),
                Arbitraries.longs().asGeneric(),
                Arbitraries.floats().asGeneric(),
                Arbitraries.doubles().asGeneric(),
                Arbitraries.of(Double.NaN, Double.NEGATIVE_INFINITY).asGeneric());
        return Arbitraries.maps(names, values.injectNull(0.1)).ofMaxSize(8);
    }

    /** §3.5.2: a property keeps its type and value, null and empty text included. */
    @Property(tries = 200)
    void everyPropertyComesBackWithItsTypeAndValue(@ForAll("properties") Map<String, Object> properties)
            throws JMSException {
        SluiceMessage message = new SluiceMessage();
        for (Map.Entry<String, Object> entry : properties.entrySet()) {
            message.setObjectProperty(entry.getKey(), entry.getValue());
        }

        SluiceMessage back = received(stored(message));

        List<String> names = new ArrayList<>();
        back.getPropertyNames().asIterator().forEachRemaining(names::add);
        assertThat(names)
                .contains("JMSXDeliveryCount")
                .hasSize(properties.size() + 1)
                .containsAll(properties.keySet());
        properties.forEach((name, value) ->
                assertThat(back.getObjectProperty(name)).as(name).isEqualTo(value));
    }

    @Test
    void otherDoorsReadPropertiesAsPlainText() throws JMSException {
        SluiceMessage message = new SluiceTextMessage("x");
        message.setIntProperty("count", 3);
        message.setBooleanProperty("flag", true);
        message.setStringProperty("word", "w");

        Message stored = stored(message);

        assertThat(stored.properties().userProperties())
                .containsEntry("count", "3")
                .containsEntry("flag", "true")
                .containsEntry("word", "w")
                .containsEntry("contentType", "text/plain; charset=utf-8")
                .hasSize(4);
        assertThat(stored.properties().get(PropertyNames.PROPERTY_TYPES)).isEqualTo("count:i,flag:z");
    }

    @Test
    void tagKeysAndContentTypeAreTheFieldsThatEveryDoorHas() throws JMSException {
        SluiceMessage message = new SluiceTextMessage("{}");
        message.setStringProperty("JMS_Sluice_Tag", "paid");
        message.setStringProperty("JMS_Sluice_Keys", "k1 k2");
        message.setStringProperty("JMS_Sluice_ContentType", "application/json");

        Message stored = stored(message);

        assertThat(stored.properties().tag()).contains("paid");
        assertThat(stored.properties().keys()).containsExactly("k1", "k2");
        assertThat(stored.properties().contentType()).contains("application/json");
        SluiceMessage back = received(stored);
        assertThat(back).isInstanceOf(TextMessage.class);
        assertThat(back.getStringProperty("JMS_Sluice_Tag")).isEqualTo("paid");
        assertThat(back.getStringProperty("JMS_Sluice_Keys")).isEqualTo("k1 k2");
        assertThat(back.getStringProperty("JMS_Sluice_ContentType")).isEqualTo("application/json");
    }

    @Test
    void aSeparatorOfTheLogInAPropertyIsRefused() throws JMSException {
        SluiceMessage message = new SluiceMessage();
        message.setStringProperty("p", "a\u0001b");
        assertThatThrownBy(() -> stored(message))
                .isInstanceOf(MessageFormatException.class)
                .hasMessageContaining("'p'");
    }

    // ---- bodies ----

    @Test
    void aTextIsStoredInUtf8AndSaysSo() throws JMSException {
        Message stored = stored(new SluiceTextMessage("grüß"));

        assertThat(stored.body()).isEqualTo("grüß".getBytes(StandardCharsets.UTF_8));
        assertThat(((TextMessage) received(stored)).getText()).isEqualTo("grüß");
    }

    @Test
    void aTextCanBeStoredInAnotherCharacterSetIfThatHasIt() throws JMSException {
        SluiceTextMessage message = new SluiceTextMessage("grüß");
        message.setStringProperty("JMS_Sluice_ContentType", "text/plain; charset=ISO-8859-1");

        assertThat(stored(message).body()).hasSize(4);
        assertThat(((TextMessage) received(stored(message))).getText()).isEqualTo("grüß");
        message.setText("€");
        assertThatThrownBy(() -> stored(message)).isInstanceOf(MessageFormatException.class);
    }

    @Test
    void noTextAndEmptyTextAndNoBodyAreThreeThings() throws JMSException {
        assertThat(((TextMessage) received(stored(new SluiceTextMessage()))).getText())
                .isNull();
        assertThat(((TextMessage) received(stored(new SluiceTextMessage("")))).getText())
                .isEmpty();
        assertThat(received(stored(new SluiceMessage())))
                .isNotInstanceOf(TextMessage.class)
                .isNotInstanceOf(BytesMessage.class);
    }

    @Test
    void bytesComeBackAsTheyWereWritten() throws JMSException {
        SluiceBytesMessage message = new SluiceBytesMessage();
        message.writeBytes(new byte[] {0, -1, 5});

        BytesMessage back = (BytesMessage) received(stored(message));

        assertThat(back.getBodyLength()).isEqualTo(3);
        assertThat(back.getBody(byte[].class)).containsExactly(0, -1, 5);
    }

    @Provide
    Arbitrary<Object> items() {
        return Arbitraries.oneOf(
                        Arbitraries.strings().asGeneric(),
                        Arbitraries.of(true, false).asGeneric(),
                        Arbitraries.bytes().asGeneric(),
                        Arbitraries.shorts().asGeneric(),
                        Arbitraries.chars().asGeneric(),
                        Arbitraries.integers().asGeneric(),
                        Arbitraries.longs().asGeneric(),
                        Arbitraries.floats().asGeneric(),
                        Arbitraries.doubles().asGeneric(),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(20).asGeneric())
                .filter(item -> !(item instanceof String text)
                        || StandardCharsets.UTF_8.newEncoder().canEncode(text))
                .injectNull(0.1);
    }

    @Provide
    Arbitrary<List<Object>> lists() {
        return items().list().ofMaxSize(10);
    }

    @Provide
    Arbitrary<Map<String, Object>> maps() {
        return Combinators.combine(
                        Arbitraries.strings()
                                .alpha()
                                .ofMinLength(1)
                                .list()
                                .uniqueElements()
                                .ofSize(5),
                        items().list().ofSize(5))
                .as((names, values) -> {
                    Map<String, Object> map = new LinkedHashMap<>();
                    for (int i = 0; i < 5; i++) {
                        map.put(names.get(i), values.get(i));
                    }
                    return map;
                });
    }

    @Property(tries = 200)
    void everyStreamComesBack(@ForAll("lists") List<Object> items) throws JMSException {
        SluiceStreamMessage message = new SluiceStreamMessage();
        for (Object item : items) {
            message.writeObject(item);
        }

        StreamMessage back = (StreamMessage) received(stored(message));

        for (Object item : items) {
            assertThat(back.readObject()).isEqualTo(item);
        }
    }

    @Property(tries = 200)
    void everyMapComesBack(@ForAll("maps") Map<String, Object> entries) throws JMSException {
        SluiceMapMessage message = new SluiceMapMessage();
        for (Map.Entry<String, Object> entry : entries.entrySet()) {
            message.setObject(entry.getKey(), entry.getValue());
        }

        MapMessage back = (MapMessage) received(stored(message));

        for (Map.Entry<String, Object> entry : entries.entrySet()) {
            assertThat(back.itemExists(entry.getKey())).isTrue();
            assertThat(back.getObject(entry.getKey())).isEqualTo(entry.getValue());
        }
    }

    /** A damaged or hostile body is bytes, not an error, and allocates nothing for lengths that it only claims. */
    @Property(tries = 300)
    void aBodyThatOnlyClaimsToBeAMapOrStreamIsBytes(
            @ForAll("maps") Map<String, Object> entries, @ForAll int where, @ForAll byte what) throws JMSException {
        SluiceMapMessage message = new SluiceMapMessage();
        for (Map.Entry<String, Object> entry : entries.entrySet()) {
            message.setObject(entry.getKey(), entry.getValue());
        }
        byte[] body = stored(message).body();
        body[Math.floorMod(where, body.length)] = what;

        for (String type : List.of(ContentType.MAP, ContentType.STREAM)) {
            SluiceMessage back = foreign(type, body);
            assertThat(back instanceof BytesMessage || back instanceof MapMessage || back instanceof StreamMessage)
                    .isTrue();
        }
        byte[] huge = {1, 0x7F, -1, -1, -1, 'y', 0x7F, -1, -1, -1};
        assertThat(foreign(ContentType.STREAM, huge)).isInstanceOf(BytesMessage.class);
    }

    @Test
    void aMapCannotBeDeclaredAsAnotherContentType() throws JMSException {
        SluiceMapMessage message = new SluiceMapMessage();
        message.setStringProperty("JMS_Sluice_ContentType", "application/json");
        assertThatThrownBy(() -> stored(message)).isInstanceOf(MessageFormatException.class);
    }

    /** Messages of other doors: the content type decides the class. */
    @ParameterizedTest
    @CsvSource({
        "text/plain, true",
        "text/html;charset=utf-8, true",
        "TEXT/CSV; Charset=\"UTF-8\", true",
        "application/json, true",
        "application/vnd.api+json, true",
        "application/soap+xml, true",
        "application/octet-stream, false",
        "image/png, false",
        "text/plain; charset=no-such-set, false",
        "nonsense, false",
    })
    void theContentTypeDecidesTheMessageClass(String contentType, String text) {
        boolean isText = foreign(contentType.isBlank() ? null : contentType, "{}".getBytes(StandardCharsets.UTF_8))
                instanceof TextMessage;
        assertThat(isText).isEqualTo(Boolean.parseBoolean(text));
    }

    @Test
    void withoutAContentTypeValidUtf8IsATextAndAnythingElseIsBytes() throws JMSException {
        assertThat(foreign(null, "grüß".getBytes(StandardCharsets.UTF_8))).isInstanceOf(TextMessage.class);
        assertThat(foreign(null, "grüß".getBytes(StandardCharsets.ISO_8859_1))).isInstanceOf(BytesMessage.class);
        assertThat(foreign("text/plain", new byte[] {-1})).isInstanceOf(BytesMessage.class);
    }

    // ---- headers of other doors ----

    @Test
    void fieldsOfOtherDoorsAreHeaders() throws JMSException {
        Message stored = Message.of("orders", "x")
                .withProperty(PropertyNames.CORRELATION_ID, "c")
                .withProperty(PropertyNames.REPLY_TO, "answers")
                .withProperty(PropertyNames.EXPIRES_AT, "99")
                .withProperty(PropertyNames.MQTT_TOPIC, "orders/new")
                .withProperty("x-trace", "t");

        SluiceMessage message = received(stored);

        assertThat(message.getJMSCorrelationID()).isEqualTo("c");
        assertThat(((Addressed) message.getJMSReplyTo()).address()).isEqualTo(Address.queue("answers"));
        assertThat(message.getJMSExpiration()).isEqualTo(99);
        assertThat(message.getJMSTimestamp()).isEqualTo(stored.bornAtMs());
        assertThat(message.getJMSPriority()).isEqualTo(4);
        assertThat(message.getStringProperty("x-trace")).isEqualTo("t");
        assertThat(message.getStringProperty("mqttTopic")).isEqualTo("orders/new");
    }

    @Test
    void aReplyAddressOfMqttIsATopicWithItsTag() {
        SluiceMessage message = received(Message.of("orders", "x").withProperty(PropertyNames.REPLY_TO, "a/b/c"));

        Address address = ((Addressed) message.getJMSReplyTo()).address();

        assertThat(address.topic().value()).isEqualTo("a");
        assertThat(address.tag()).contains("b/c");
    }

    @Test
    void aReplyAddressThatIsNoDestinationStaysReadable() throws JMSException {
        SluiceMessage message = received(Message.of("orders", "x").withProperty(PropertyNames.REPLY_TO, "a//"));

        assertThat(message.getJMSReplyTo()).isNotNull();
        SluiceMessage other = received(Message.of("orders", "x").withProperty(PropertyNames.REPLY_TO, "/a"));
        assertThat(other.getJMSReplyTo()).isNull();
        assertThat(other.getStringProperty("JMS_Sluice_ReplyTo")).isEqualTo("/a");
    }

    @Test
    void nonsenseInNumbersOfOtherDoorsCountsAsAbsent() {
        SluiceMessage message = received(Message.of("orders", "x")
                .withProperty(PropertyNames.EXPIRES_AT, "tomorrow")
                .withProperty(PropertyNames.JMS_PRIORITY, "high"));

        assertThat(message.getJMSExpiration()).isZero();
        assertThat(message.getJMSPriority()).isEqualTo(4);
    }
}

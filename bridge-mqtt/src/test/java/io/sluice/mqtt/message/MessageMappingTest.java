package io.sluice.mqtt.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.FilterExpression;
import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.mqtt.topic.MqttTopic;
import io.sluice.port.Placement;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.SendOutcome.Stored;
import io.sluice.port.contract.MemoryBroker;
import io.sluice.wire.message.MessageView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MessageMappingTest {
    private static final long NOW = 1_700_000_000_000L;

    private final MemoryBroker broker = new MemoryBroker();

    @AfterEach
    @AfterProperty
    void close() {
        broker.close();
    }

    private MessageView stored(Message message) {
        Stored stored = (Stored) broker.writer()
                .send(message, Placement.ANY)
                .toCompletableFuture()
                .join();
        FetchRequest request =
                new FetchRequest(stored.queue(), stored.queueOffset(), 1, 1 << 20, FilterExpression.ALL, Duration.ZERO);
        return MessageView.of(broker.reader()
                .fetch(request)
                .toCompletableFuture()
                .join()
                .records()
                .slices()
                .get(0));
    }

    private Delivery delivered(MessageView view) {
        return MessageMapping.toDelivery(view, MessageMapping.topicOf(view));
    }

    private static Message foreign(String topic, Map<String, String> properties) {
        return new Message(new TopicName(topic), new byte[] {1}, MessageProperties.of(properties), 0, NOW);
    }

    private static Publication with(UserProperty... properties) {
        return new Publication(
                new MqttTopic("t/x"),
                new byte[0],
                1,
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(properties));
    }

    private static UserProperty property(String name, String value) {
        return new UserProperty(name, value);
    }

    // ---- into the log ----

    @Test
    void aPublicationIsAMessageThatEveryDoorUnderstands() {
        Publication publication = new Publication(
                new MqttTopic("plant/line/7"),
                "21.5".getBytes(StandardCharsets.UTF_8),
                1,
                Optional.of(true),
                OptionalLong.of(60),
                Optional.of("text/plain"),
                Optional.of("answers/7"),
                Optional.of("c-1".getBytes(StandardCharsets.UTF_8)),
                List.of(property("unit", "C"), property("keys", "k1 k2")));
        Message message = MessageMapping.toMessage(publication, "", NOW);
        assertThat(message.topic()).hasToString("plant");
        assertThat(message.body()).asString().isEqualTo("21.5");
        assertThat(message.properties().asMap())
                .containsOnly(
                        Map.entry("mqttTopic", "plant/line/7"),
                        Map.entry("TAGS", "line/7"),
                        Map.entry("mqttMarks", "u"),
                        Map.entry("contentType", "text/plain"),
                        Map.entry("replyTo", "answers/7"),
                        Map.entry("CORRELATION_ID", "c-1"),
                        Map.entry("expiresAt", Long.toString(NOW + 60_000)),
                        Map.entry("unit", "C"),
                        Map.entry("KEYS", "k1 k2"));
        assertThat(message.properties().keys()).containsExactly("k1", "k2");
    }

    @Test
    void aTopicOfOneLevelHasNoTag() {
        Message message = MessageMapping.toMessage(Publication.plain(new MqttTopic("plant"), new byte[0], 0), "", NOW);
        assertThat(message.properties().tag()).isEmpty();
    }

    @Test
    void aClientCannotSetPropertiesOfTheBroker() {
        Message message = MessageMapping.toMessage(
                with(
                        property("DELAY", "3"),
                        property("UNIQ_KEY", "forged"),
                        property("TAGS", "forged"),
                        property("KEYS", "forged"),
                        property("expiresAt", "1"),
                        property("mqttTopic", "elsewhere"),
                        property("messageId", "forged")),
                "",
                NOW);
        assertThat(message.properties().asMap().keySet())
                .containsExactlyInAnyOrder("mqttTopic", "TAGS", "mqttUserProperties");
        assertThat(message.properties().tag()).contains("x");
    }

    // ---- out of the log ----

    @Test
    void mqttReceiversGetEvenWhatTheLogHasNoPlaceFor() {
        Publication sent = with(
                property("a", "1"),
                property("a", "2"),
                property("empty", ""),
                property("", "nameless"),
                property("DELAY", "3"),
                property("odd", "\u0001&=%"));
        Message message = MessageMapping.toMessage(sent, "", NOW);
        assertThat(message.properties().get("a")).isEqualTo("2");
        assertThat(message.properties().has("DELAY")).isFalse();
        assertThat(delivered(stored(message)).publication()).isEqualTo(sent);
    }

    @Test
    void nothingOfTheBrokersOwnIsShown() {
        Delivery delivery = delivered(stored(foreign(
                "Orders",
                Map.of(
                        "MSG_REGION", "r",
                        "TRACE_ON", "true",
                        "CLUSTER", "c",
                        "UNIQ_KEY", "u",
                        "WAIT", "true",
                        "KEYS", "k1",
                        "jmsConnection", "c1",
                        "propertyTypes", ",",
                        "contentType", "text/plain",
                        "colour", "red"))));
        assertThat(delivery.publication().userProperties())
                .containsExactlyInAnyOrder(property("keys", "k1"), property("colour", "red"));
        assertThat(delivery.publication().contentType()).contains("text/plain");
        assertThat(delivery.messageId()).hasSize(32);
    }

    @Test
    void aMessageOfAnotherDoorIsPublishedUnderTopicAndTag() {
        assertThat(MessageMapping.topicOf(stored(foreign("Orders", Map.of("TAGS", "new")))))
                .hasToString("Orders/new");
        assertThat(MessageMapping.topicOf(stored(foreign("Orders", Map.of())))).hasToString("Orders");
        assertThat(MessageMapping.topicOf(stored(foreign("Orders", Map.of("TAGS", "a+b")))))
                .hasToString("Orders");
    }

    @Test
    void aMessageOfAnotherDoorMayChooseItsNameWithinItsTopic() {
        assertThat(MessageMapping.topicOf(
                        stored(foreign("Orders", Map.of("TAGS", "new", "mqttTopic", "Orders/eu/new")))))
                .hasToString("Orders/eu/new");
        assertThat(MessageMapping.topicOf(
                        stored(foreign("Orders", Map.of("TAGS", "new", "mqttTopic", "Other/eu/new")))))
                .hasToString("Orders/new");
        assertThat(MessageMapping.topicOf(stored(foreign("Orders", Map.of("TAGS", "new", "mqttTopic", "Orders/#")))))
                .hasToString("Orders/new");
        assertThat(MessageMapping.topicOf(stored(foreign("%MQTT%a%2Eb", Map.of("mqttTopic", "a.b/c")))))
                .hasToString("a.b/c");
    }

    @Test
    void expiryIsAnInstantAndNonsenseIsNone() {
        Delivery delivery = delivered(stored(foreign("Orders", Map.of(PropertyNames.EXPIRES_AT, "5000"))));
        assertThat(delivery.isExpired(4999)).isFalse();
        assertThat(delivery.isExpired(5000)).isTrue();
        assertThat(delivered(stored(foreign("Orders", Map.of(PropertyNames.EXPIRES_AT, "soon"))))
                        .expiresAtMs())
                .isEmpty();
    }

    @Test
    void aResponseTopicThatIsNoTopicNameIsLeftOut() {
        assertThat(delivered(stored(foreign("Orders", Map.of("replyTo", "queue/#"))))
                        .publication()
                        .responseTopic())
                .isEmpty();
        assertThat(delivered(stored(foreign("Orders", Map.of("replyTo", "Answers"))))
                        .publication()
                        .responseTopic())
                .contains("Answers");
    }

    @Test
    void theMarkOfThePublisherIsKeptForNoLocalAndShownToNobody() {
        Delivery delivery = delivered(stored(MessageMapping.toMessage(with(property("a", "1")), "client-7", NOW)));
        assertThat(delivery.publisher()).contains("client-7");
        assertThat(delivery.publication().userProperties()).containsExactly(property("a", "1"));
    }

    // ---- there and back ----

    @Provide
    Arbitrary<Publication> publications() {
        Arbitrary<String> texts =
                Arbitraries.strings().withChars("ab/=&%é €\u0001\u0002\u0007").ofMaxLength(6);
        Arbitrary<String> levels = Arbitraries.of("plant", "a.b", "", "line 7", "TBW102", "%RETRY%g", "x");
        Arbitrary<MqttTopic> topics = levels.list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(list -> String.join("/", list))
                .filter(name -> !name.isEmpty())
                .map(MqttTopic::new);
        Arbitrary<List<UserProperty>> properties = Combinators.combine(
                        Arbitraries.oneOf(
                                texts, Arbitraries.of("keys", "KEYS", "DELAY", "messageId", "contentType", "jmsBody")),
                        texts)
                .as(UserProperty::new)
                .list()
                .ofMaxSize(5);
        return Combinators.combine(
                        topics,
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(20),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.of(true, false).optional(),
                        Arbitraries.of("text/plain", "", "application/json; charset=utf-8")
                                .optional(),
                        Arbitraries.of("answers", "a.b/c").optional(),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(12).optional(),
                        properties)
                .as((topic, payload, qos, text, type, reply, correlation, user) -> new Publication(
                        topic, payload, qos, text, OptionalLong.empty(), type, reply, correlation, user));
    }

    @Property(tries = 400)
    void whatGoesInByMqttComesOutByMqttUnaltered(@ForAll("publications") Publication sent) {
        MessageView view = stored(MessageMapping.toMessage(sent, "", NOW));
        assertThat(MessageMapping.topicOf(view)).isEqualTo(sent.topic());
        assertThat(delivered(view).publication()).isEqualTo(sent);
    }

    @Property(tries = 300)
    void everyListOfUserPropertiesComesBack(@ForAll("publications") Publication sent) {
        List<UserProperty> list = new ArrayList<>(sent.userProperties());
        list.add(property("last", ""));
        assertThat(UserPropertyList.decode(UserPropertyList.encode(list))).isEqualTo(list);
    }
}

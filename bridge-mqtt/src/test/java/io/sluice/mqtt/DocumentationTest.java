package io.sluice.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.mqtt.channel.ListenerSettings;
import io.sluice.mqtt.deliver.DeliveryLimits;
import io.sluice.mqtt.session.SessionLimits;
import io.sluice.mqtt.topic.MqttTopic;
import io.sluice.mqtt.topic.TopicMapping;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** docs/doors/mqtt.md says what the code does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocumentationTest {
    private String page;

    @BeforeAll
    void read() throws IOException {
        page = Files.readString(Path.of(System.getProperty("sluice.root")).resolve("docs/doors/mqtt.md"));
    }

    @Test
    void everyBoundIsDescribed() {
        Stream.of(SessionLimits.class, DeliveryLimits.class, ListenerSettings.class)
                .flatMap(type -> Stream.of(type.getRecordComponents()))
                .map(RecordComponent::getName)
                .forEach(name -> assertThat(page).contains("`" + name + "`"));
        assertThat(page).contains("`closeMs`");
    }

    @Test
    void theDefaultsAreTheOnesDescribed() {
        SessionLimits sessions = SessionLimits.DEFAULTS;
        assertThat(page)
                .contains("| `sessionsMax` | %,d |".formatted(sessions.sessionsMax()))
                .contains("| `clientIdMax` | %d characters".formatted(sessions.clientIdMax()))
                .contains("| `keepAliveMaxSeconds` * | %d |".formatted(sessions.keepAliveMaxSeconds()))
                .contains("| `receiveMaximum` * | %d |".formatted(sessions.receiveMaximum()))
                .contains("| `topicAliasMaximum` * | %d |".formatted(sessions.topicAliasMaximum()))
                .contains("| `subscriptionsMax` | %d ".formatted(sessions.subscriptionsMax()))
                .contains("| `outboundWindow` | %d,".formatted(sessions.outboundWindow()))
                .contains("| `inboxMessages`, `inboxBytes` | %d,".formatted(DeliveryLimits.DEFAULTS.inboxMessages()))
                .contains("`sharedInFlightMax` (%d)".formatted(DeliveryLimits.DEFAULTS.sharedInFlightMax()));
    }

    @Test
    void theExamplesOfTheMappingAreRight() {
        List<String> rows = page.lines()
                .dropWhile(line -> !line.startsWith("| MQTT topic name"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        assertThat(rows).hasSizeGreaterThan(3);
        for (String row : rows) {
            List<String> cells = Stream.of(row.split("\\|"))
                    .map(cell -> cell.replace("`", "").trim())
                    .toList();
            MqttTopic topic = new MqttTopic(cells.get(1));
            assertThat(TopicMapping.nativeTopic(topic.firstLevel())).hasToString(cells.get(2));
            assertThat(topic.rest()).isEqualTo(cells.get(3));
        }
    }
}

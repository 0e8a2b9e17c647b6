package io.sluice.gateway.e2e;

import static io.sluice.gateway.node.ApacheClient.base64;
import static io.sluice.gateway.node.ApacheGround.until;
import static io.sluice.gateway.node.ApacheGround.untilReceived;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.ApacheGround;
import io.sluice.wire.body.SubscriptionGroupConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a node that allows little tells unmodified Apache clients, and in which words they pass it on. */
class ApacheRefusalsTest {
    private static final int READ_ONLY = 4;
    private static final int WRITE_ONLY = 2;

    @TempDir
    static Path directory;

    private static ApacheGround ground;

    @BeforeAll
    static void start() {
        ground = ApacheGround.in(
                directory,
                "autoCreateTopicEnable=false",
                "autoCreateSubscriptionGroup=false",
                "enablePropertyFilter=false",
                "maxMessageSize=2048");
    }

    @AfterAll
    static void stop() {
        ground.close();
    }

    private static ApacheClient producing(Version version, String topic) {
        ApacheClient client = ground.client(version);
        client.tell("producer", "P_" + topic, "retries=0");
        return client;
    }

    @ParameterizedTest
    @EnumSource
    void anUnknownTopicIsNotMade(Version version) {
        ApacheClient client = producing(version, "Unknown_" + version);
        assertThat(client.ask("send", "Unknown_" + version, "", "", base64("x")))
                .startsWith("ERR MQClientException")
                .contains("No route info of this topic");
    }

    @ParameterizedTest
    @EnumSource
    void aMessageThatIsTooLargeIsRefusedAtOnce(Version version) {
        String topic = "Large_" + version;
        ground.administrator().createTopic(topic, 1, 1);
        ApacheClient client = producing(version, topic);
        assertThat(client.ask("sendmany", topic, "1", "1", "m", "2049")).contains("CODE: 13");
        client.tell("sendmany", topic, "1", "1", "m", "2048");
    }

    @ParameterizedTest
    @EnumSource
    void aTopicThatIsClosedForWritingHasNoQueueToSendTo(Version version) {
        String topic = "ReadOnly_" + version;
        ground.administrator().createTopic(topic, 1, 1);
        ApacheClient client = producing(version, topic);
        client.send(topic, "", "", "while it is open");
        ground.administrator().putTopic(topic, 1, 1, READ_ONLY);
        // Until its route is up to date the client asks the node, which says no permission; then it knows itself.
        until("the client knows", () -> client.ask("send", topic, "", "", base64("x"))
                .contains("No route info of this topic"));
    }

    @ParameterizedTest
    @EnumSource
    void aTopicThatIsClosedForReadingIsConsumedWhenItOpens(Version version) {
        String topic = "WriteOnly_" + version;
        ground.administrator().putTopic(topic, 1, 1, WRITE_ONLY);
        ground.administrator().createGroup(SubscriptionGroupConfig.ofDefaults("C_" + topic));
        ApacheClient client = producing(version, topic);
        client.send(topic, "", "", "for later");
        client.tell("consumer", "C_" + topic, topic, "*", "0", "name=" + topic);
        ground.administrator().createTopic(topic, 1, 1);
        untilReceived(client, topic, List.of("for later"));
    }

    @ParameterizedTest
    @EnumSource
    void anUnknownGroupConsumesWhenItIsMade(Version version) {
        String topic = "ForAGroup_" + version;
        ground.administrator().createTopic(topic, 1, 1);
        ApacheClient client = producing(version, topic);
        client.send(topic, "", "", "waiting");
        client.tell("consumer", "C_" + topic, topic, "*", "0", "name=" + topic);
        assertThat(client.received(topic)).isEmpty();
        ground.administrator().createGroup(SubscriptionGroupConfig.ofDefaults("C_" + topic));
        untilReceived(client, topic, List.of("waiting"));
    }

    @ParameterizedTest
    @EnumSource
    void aConditionIsRefusedWhereConditionsAreOff(Version version) {
        String topic = "NoSql_" + version;
        ground.administrator().createTopic(topic, 1, 1);
        assertThat(ground.client(version)
                        .ask("consumer", "C_" + topic, topic, "a = 1", "0", "sql=true", "name=" + topic))
                .startsWith("ERR MQClientException")
                .contains("enablePropertyFilter=true");
    }
}

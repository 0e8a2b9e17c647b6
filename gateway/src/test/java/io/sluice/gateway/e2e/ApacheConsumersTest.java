package io.sluice.gateway.e2e;

import static io.sluice.gateway.node.ApacheClient.base64;
import static io.sluice.gateway.node.ApacheGround.PATIENCE;
import static io.sluice.gateway.node.ApacheGround.numbered;
import static io.sluice.gateway.node.ApacheGround.until;
import static io.sluice.gateway.node.ApacheGround.untilReceived;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Got;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.ApacheGround;
import io.sluice.wire.body.ConnectionData;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Unmodified Apache consumers: pushed to, pulling and polling, each message for one member or for all. */
class ApacheConsumersTest {
    /** The first retry waits for level 3, the second for level 4. */
    private static final int FIRST_DELAY_MS = 1_000;

    private static final int SECOND_DELAY_MS = 2_000;

    @TempDir
    static Path directory;

    private static ApacheGround ground;

    @BeforeAll
    static void start() {
        ground = ApacheGround.in(directory, "messageDelayLevel=1s 1s 1s 2s 3s 4s");
    }

    @AfterAll
    static void stop() {
        ground.close();
    }

    /** A client with a producer, and a topic of one queue. */
    private static ApacheClient producing(Version version, String topic) {
        return producing(version, topic, 1);
    }

    private static ApacheClient producing(Version version, String topic, int queues) {
        ground.administrator().createTopic(topic, queues, queues);
        ApacheClient client = ground.client(version);
        client.tell("producer", "P_" + topic);
        return client;
    }

    @ParameterizedTest
    @EnumSource
    void everyMemberOfABroadcastingGroupGetsEveryMessageAndRemembersItsOwnPlace(Version version) {
        String topic = "Broadcast_" + version;
        String group = "C_" + topic;
        ApacheClient client = producing(version, topic, 4);
        String left = topic + "_left";
        client.tell("consumer", group, topic, "*", "0", "name=" + left, "broadcast=true");
        client.tell("consumer", group, topic, "*", "0", "name=" + topic + "_right", "broadcast=true");
        client.tell("sendmany", topic, "20", "1", "m", "0");
        untilReceived(client, left, numbered("m", 20));
        untilReceived(client, topic + "_right", numbered("m", 20));

        client.tell("stop", left);
        client.tell("sendmany", topic, "5", "1", "later", "0");
        client.tell("consumer", group, topic, "*", "0", "name=" + left, "broadcast=true");
        untilReceived(client, left, numbered("later", 5));
        assertThat(client.received(left)).as("nothing comes twice").hasSize(25);
        assertThat(ground.administrator().behind(group, topic))
                .as("the node remembers nothing of such a group")
                .isEqualTo(25);
    }

    @ParameterizedTest
    @EnumSource
    void aGroupThatBeginsAtTheEndOfAYoungTopicMissesNothing(Version version) {
        String topic = "Young_" + version;
        ApacheClient client = producing(version, topic);
        client.send(topic, "", "", "before");
        client.tell("consumer", "C_" + topic, topic, "*", "0", "name=" + topic, "from=LAST");
        untilReceived(client, topic, List.of("before"));
    }

    @ParameterizedTest
    @EnumSource
    void aGroupGoesOnWhereItsMembersStopped(Version version) {
        String topic = "GoesOn_" + version;
        ApacheClient client = producing(version, topic, 2);
        client.tell("sendmany", topic, "20", "1", "first", "0");
        client.tell("consumer", "C_" + topic, topic, "*", "0", "name=" + topic + "_1");
        untilReceived(client, topic + "_1", numbered("first", 20));
        client.tell("stop", topic + "_1");
        client.tell("sendmany", topic, "20", "1", "second", "0");
        client.tell("consumer", "C_" + topic, topic, "*", "0", "name=" + topic + "_2");
        untilReceived(client, topic + "_2", numbered("second", 20));
        assertThat(client.bodies(topic + "_2")).containsExactlyInAnyOrderElementsOf(numbered("second", 20));
    }

    @ParameterizedTest
    @EnumSource
    void aConsumerWhoseNewSubscriptionNoHeartbeatTellsGoesOn(Version version) {
        String topic = "Untold_" + version;
        ApacheClient client = producing(version, topic);
        client.tell("consumer", "C_" + topic, topic, "*", "0", "name=" + topic);
        client.send(topic, "", "", "before");
        untilReceived(client, topic, List.of("before"));
        client.tell("renew", topic, topic);
        client.send(topic, "", "", "during");
        client.send(topic, "", "", "after");
        untilReceived(client, topic, List.of("before", "during", "after"));
    }

    @ParameterizedTest
    @EnumSource
    void aFailedMessageComesBackAfterTheDelayOfItsLevelWithItsPastTold(Version version) {
        String topic = "Retried_" + version;
        ApacheClient client = producing(version, topic);
        client.tell("consumer", "C_" + topic, topic, "*", "2", "name=" + topic);
        client.send(topic, "t", "k", "again please", "colour=red");
        until("three deliveries", () -> client.received(topic).size() >= 3);
        List<Got> tries = client.received(topic);
        assertThat(tries).extracting(Got::reconsumeTimes).containsExactly(0, 1, 2);
        assertThat(tries).extracting(Got::topic).containsOnly(topic);
        assertThat(tries).extracting(Got::body).containsOnly("again please");
        assertThat(tries).extracting(got -> got.properties().get("colour")).containsOnly("red");
        assertThat(tries.subList(1, 3))
                .extracting(got -> got.properties().get("ORIGIN_MESSAGE_ID"))
                .doesNotContainNull()
                .containsOnly(tries.get(1).properties().get("ORIGIN_MESSAGE_ID"));
        assertThat(tries.get(1).storeTimestamp() - tries.get(0).storeTimestamp())
                .isGreaterThanOrEqualTo(FIRST_DELAY_MS);
        assertThat(tries.get(2).storeTimestamp() - tries.get(1).storeTimestamp())
                .isGreaterThanOrEqualTo(SECOND_DELAY_MS);
    }

    @ParameterizedTest
    @EnumSource
    void aMessageThatFailsTooOftenIsFoundInTheDeadLetters(Version version) {
        String topic = "Hopeless_" + version;
        String group = "C_" + topic;
        ApacheClient client = producing(version, topic);
        client.tell("consumer", group, topic, "*", "-1", "name=" + topic, "max=1");
        client.send(topic, "", "k", "poison");
        Got dead = untilDead(client, group);
        assertThat(dead.body()).isEqualTo("poison");
        assertThat(dead.properties()).containsEntry("DLQ_ORIGIN_TOPIC", topic).containsEntry("KEYS", "k");
        assertThat(client.received(topic)).extracting(Got::reconsumeTimes).containsExactly(0, 1);
    }

    @ParameterizedTest
    @EnumSource
    void aConsumerThatAsksForTheDeadLettersGetsNoSecondTry(Version version) {
        String topic = "GivenUp_" + version;
        String group = "C_" + topic;
        ApacheClient client = producing(version, topic);
        client.tell("consumer", group, topic, "*", "-1", "name=" + topic, "level=-1");
        client.send(topic, "", "", "no use");
        assertThat(untilDead(client, group).body()).isEqualTo("no use");
        assertThat(client.received(topic)).hasSize(1);
    }

    private static Got untilDead(ApacheClient client, String group) {
        String topic = "%DLQ%" + group;
        until("a dead letter", () -> client.ask("pullall", topic).equals("OK 1"));
        return client.received("pull").stream()
                .filter(got -> got.topic().equals(topic))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void tagsOfTheSameHashAreToldApart(Version version) {
        String topic = "Tags_" + version;
        assertThat("Aa".hashCode()).isEqualTo("BB".hashCode());
        ApacheClient client = producing(version, topic);
        client.send(topic, "BB", "", "same hash");
        client.send(topic, "C", "", "other tag");
        client.send(topic, "", "", "no tag");
        client.send(topic, "Aa", "", "wanted");
        client.send(topic, "D", "", "wanted too");
        client.tell("consumer", "C_" + topic, topic, "Aa || D", "0", "name=" + topic);
        untilReceived(client, topic, List.of("wanted too"));
        assertThat(client.bodies(topic)).containsExactlyInAnyOrder("wanted", "wanted too");
    }

    @ParameterizedTest
    @EnumSource
    void aRunningConsumerWantsAnotherTopicAndThenNoLongerTheFirst(Version version) {
        String topic = "Changing_" + version;
        String other = "Other_" + version;
        ApacheClient client = producing(version, topic);
        ground.administrator().createTopic(other, 1, 1);
        client.tell("consumer", "C_" + topic, topic, "*", "0", "name=" + topic);
        client.send(topic, "", "", "first");
        untilReceived(client, topic, List.of("first"));
        client.send(other, "a", "", "not wanted");
        client.send(other, "b", "", "second");
        client.tell("subscribe", topic, other, "b");
        untilReceived(client, topic, List.of("second"));
        client.tell("unsubscribe", topic, topic);
        client.send(other, "b", "", "third");
        untilReceived(client, topic, List.of("third"));
        assertThat(client.bodies(topic)).containsExactly("first", "second", "third");
    }

    @ParameterizedTest
    @EnumSource
    void aSlowConsumerIsPulledForNoFurtherThanItAllows(Version version) {
        String topic = "Slow_" + version;
        String group = "C_" + topic;
        ApacheClient client = producing(version, topic);
        client.tell("sendmany", topic, "400", "4", "m", "0");
        String id = client.tell("consumer", group, topic, "*", "0", "name=" + topic, "hold=true", "cached=40");
        until("the limit is reached", () -> cached(group, id) > 40);
        assertThat(cached(group, id)).isLessThanOrEqualTo(40 + 32);
        client.tell("release", topic);
        untilReceived(client, topic, numbered("m", 400));
    }

    @ParameterizedTest
    @EnumSource
    void clientsOfAUnitAreServedLikeOthersAndSaySoInTheirIds(Version version) {
        String topic = "InUnit_" + version;
        ground.administrator().createTopic(topic, 1, 1);
        ApacheClient client = ground.client(version);
        client.tell("producer", "P_" + topic, "unit=north");
        String id = client.tell("consumer", "C_" + topic, topic, "*", "1", "name=" + topic, "unit=north", "level=1");
        assertThat(id).endsWith("@north");
        client.send(topic, "", "", "m");
        until("it is tried again", () -> client.bodies(topic).equals(List.of("m", "m")));
        assertThat(ground.administrator().consumers("C_" + topic).connectionSet())
                .extracting(ConnectionData::clientId)
                .containsExactly(id);
    }

    private static int cached(String group, String clientId) {
        return ground.administrator().runningInfo(group, clientId).mqTable().values().stream()
                .mapToInt(queue -> queue.cachedMsgCount())
                .sum();
    }

    @ParameterizedTest
    @EnumSource
    void aPullAtTheEndWaitsForTheNextMessage(Version version) throws Exception {
        String topic = "Held_" + version;
        ApacheClient waiting = producing(version, topic);
        ApacheClient sending = ground.client(version == Version.V5 ? Version.V4_9_8 : Version.V5);
        sending.tell("producer", "P_other_" + topic);
        assertThat(waiting.tell("pullwait", topic, "0", "0", "100")).startsWith("NO_NEW_MSG 0");
        CompletableFuture<String> answer =
                CompletableFuture.supplyAsync(() -> waiting.tell("pullwait", topic, "0", "0", "15000"));
        sending.send(topic, "", "", "awaited");
        assertThat(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).startsWith("FOUND 1");
        assertThat(waiting.bodies("pull")).contains("awaited");
    }

    @ParameterizedTest
    @EnumSource
    void aPullIsToldWhereItStandsAndWhereItShould(Version version) {
        String topic = "Places_" + version;
        ApacheClient client = producing(version, topic);
        client.send(topic, "a", "", "first");
        client.send(topic, "b", "", "second");
        assertThat(client.tell("pull", topic, "0", "0", "*")).isEqualTo("FOUND 2 0 2");
        assertThat(client.tell("pull", topic, "0", "0", "c")).isEqualTo("NO_MATCHED_MSG 2 0 2");
        assertThat(client.tell("pull", topic, "0", "2", "*")).isEqualTo("NO_NEW_MSG 2 0 2");
        assertThat(client.tell("pull", topic, "0", "7", "*")).isEqualTo("OFFSET_ILLEGAL 2 0 2");
        client.tell("commit", "C_" + topic, topic, "0", "1");
        until("the offset is kept", () -> client.tell("committed", "C_" + topic, topic, "0")
                .equals("1"));
    }

    @ParameterizedTest
    @EnumSource
    void aPollingConsumerSubscribesAndCommits(Version version) {
        String topic = "Polled_" + version;
        String group = "C_" + topic;
        ApacheClient client = producing(version, topic, 2);
        client.tell("sendmany", topic, "30", "1", "m", "0");
        client.tell("litesubscribe", group, topic, "*");
        until("all are polled", () -> {
            client.tell("litepoll", group, "500");
            return client.bodies(group).size() >= 30;
        });
        assertThat(client.bodies(group)).containsExactlyInAnyOrderElementsOf(numbered("m", 30));
        assertThat(client.tell("litequeues", group, topic)).isEqualTo("0,1");
        client.tell("litecommit", group);
        until("the place is kept", () -> ground.administrator().behind(group, topic) == 0);
        assertThat(client.tell("litecommitted", group, topic, "0")).isEqualTo("15");
    }

    @ParameterizedTest
    @EnumSource
    void aPollingConsumerTakesTheQueuesItNamesAndSeeks(Version version) {
        String topic = "Sought_" + version;
        String group = "C_" + topic;
        ApacheClient client = producing(version, topic, 2);
        for (int number = 0; number < 6; number++) {
            client.tell("sendqueue", topic, "1", base64("m-" + number));
        }
        client.tell("sendqueue", topic, "0", base64("elsewhere"));
        client.tell("liteassign", group, topic, "1");
        client.tell("liteseek", group, topic, "1", "4");
        untilPolled(client, group, 2);
        assertThat(client.bodies(group)).containsExactly("m-4", "m-5");
        client.tell("liteseek", group, topic, "1", "begin");
        untilPolled(client, group, 8);
        client.tell("liteseek", group, topic, "1", "end");
        client.tell("sendqueue", topic, "1", base64("m-6"));
        untilPolled(client, group, 9);
        long storedAt = client.received(group).get(8).storeTimestamp();
        client.tell("liteseek", group, topic, "1", "@" + storedAt);
        untilPolled(client, group, 10);
        assertThat(client.bodies(group))
                .containsExactly("m-4", "m-5", "m-0", "m-1", "m-2", "m-3", "m-4", "m-5", "m-6", "m-6");
    }

    private static void untilPolled(ApacheClient client, String group, int count) {
        until("polls have brought " + count, () -> {
            client.tell("litepoll", group, "500");
            return client.received(group).size() >= count;
        });
    }

    @ParameterizedTest
    @EnumSource
    void aQueueThatIsWrittenButNotReadIsConsumedWhenItMayBeRead(Version version) {
        String topic = "TwoWritten_" + version;
        ApacheClient client = ground.client(version);
        ground.administrator().createTopic(topic, 1, 2);
        client.tell("producer", "P_" + topic);
        client.tell("sendby", "own", topic, "0", base64("readable"));
        client.tell("sendby", "own", topic, "1", base64("not yet readable"));
        client.tell("consumer", "C_" + topic, topic, "*", "0", "name=" + topic);
        untilReceived(client, topic, List.of("readable"));
        assertThat(client.bodies(topic)).containsExactly("readable");
        ground.administrator().createTopic(topic, 2, 2);
        untilReceived(client, topic, List.of("not yet readable"));
    }

    @ParameterizedTest
    @EnumSource
    void aTopicWithMoreReadThanWriteQueuesIsConsumedWhole(Version version) {
        String topic = "TwoRead_" + version;
        ApacheClient client = ground.client(version);
        ground.administrator().createTopic(topic, 2, 2);
        client.tell("producer", "P_" + topic);
        client.tell("sendby", "own", topic, "0", base64("before, 0"));
        client.tell("sendby", "own", topic, "1", base64("before, 1"));
        ground.administrator().createTopic(topic, 2, 1);
        client.tell("consumer", "C_" + topic, topic, "*", "0", "name=" + topic);
        client.tell("sendmany", topic, "4", "1", "m", "0");
        untilReceived(client, topic, List.of("before, 0", "before, 1", "m-0", "m-1", "m-2", "m-3"));
    }
}

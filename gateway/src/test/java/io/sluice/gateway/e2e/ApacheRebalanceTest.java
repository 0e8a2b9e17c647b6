package io.sluice.gateway.e2e;

import static io.sluice.gateway.node.ApacheGround.REBALANCE_AT_ONCE;
import static io.sluice.gateway.node.ApacheGround.numbered;
import static io.sluice.gateway.node.ApacheGround.until;
import static io.sluice.gateway.node.ApacheGround.untilReceived;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.ApacheGround;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Members of a group come, go and die. The clients never look for a better division of the queues themselves here: whatever
 * changes does so because the node told them.
 */
class ApacheRebalanceTest {
    private static final String NEVER_BY_ITSELF = "-Drocketmq.client.rebalance.waitInterval=3600000";
    private static final int QUEUES = 4;

    @TempDir
    static Path directory;

    private static ApacheGround ground;
    private static ApacheClient old;
    private static ApacheClient recent;

    @BeforeAll
    static void start() {
        ground = ApacheGround.in(directory);
        old = ground.another(Version.V4_9_8, NEVER_BY_ITSELF, REBALANCE_AT_ONCE);
        recent = ground.another(Version.V5, NEVER_BY_ITSELF, REBALANCE_AT_ONCE);
        old.tell("producer", "P_old");
        recent.tell("producer", "P_recent");
    }

    @AfterAll
    static void stop() {
        ground.close();
    }

    private static Set<Integer> queuesOf(String group, String clientId, String topic) {
        return ground.administrator().queuesOf(group, clientId, topic);
    }

    private static String consume(ApacheClient client, String group, String topic, String name, String... options) {
        String[] words = new String[6 + options.length];
        System.arraycopy(new String[] {"consumer", group, topic, "*", "0", "name=" + name}, 0, words, 0, 6);
        System.arraycopy(options, 0, words, 6, options.length);
        return client.tell(words);
    }

    private static ApacheClient of(Version version) {
        return version == Version.V5 ? recent : old;
    }

    @ParameterizedTest
    @CsvSource({"V5, V5", "V5, V4_9_8", "V4_9_8, V5"})
    void membersThatComeTakeTheirShareAndThoseWhoGoLeaveIt(Version first, Version second) {
        String topic = "Shared_" + first + "_" + second;
        String group = "C_" + topic;
        ground.administrator().createTopic(topic, QUEUES, QUEUES);
        String leftId = consume(of(first), group, topic, topic + "_left");
        until("one has all", () -> queuesOf(group, leftId, topic).size() == QUEUES);
        String rightId = consume(of(second), group, topic, topic + "_right");
        until(
                "each has half",
                () -> queuesOf(group, leftId, topic).size() == 2
                        && queuesOf(group, rightId, topic).size() == 2);
        assertThat(queuesOf(group, leftId, topic)).doesNotContainAnyElementsOf(queuesOf(group, rightId, topic));

        recent.tell("sendmany", topic, "40", "1", "m", "0");
        until("together they have all", () -> {
            Set<String> seen = new HashSet<>(of(first).bodies(topic + "_left"));
            seen.addAll(of(second).bodies(topic + "_right"));
            return seen.containsAll(numbered("m", 40));
        });

        of(first).tell("stop", topic + "_left");
        until("the other has all", () -> queuesOf(group, rightId, topic).size() == QUEUES);
    }

    @Test
    void whatAMemberHadWhenItDiedIsConsumedByTheOthers() {
        String topic = "Orphaned";
        String group = "C_Orphaned";
        ground.administrator().createTopic(topic, QUEUES, QUEUES);
        ApacheClient doomed = ground.another(Version.V5, NEVER_BY_ITSELF, REBALANCE_AT_ONCE);
        String doomedId = consume(doomed, group, topic, "doomed", "hold=true");
        String heirId = consume(old, group, topic, "heir");
        until(
                "each has half",
                () -> queuesOf(group, doomedId, topic).size() == 2
                        && queuesOf(group, heirId, topic).size() == 2);
        recent.tell("sendmany", topic, "40", "1", "m", "0");
        until("the one that dies has received something", () -> !doomed.bodies("doomed")
                .isEmpty());
        doomed.process().kill();
        until("nothing is lost", () -> new HashSet<>(old.bodies("heir")).containsAll(numbered("m", 40)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"circle", "hash", "nearby"})
    void everyStrategyGivesEachQueueToOneMember(String strategy) {
        String topic = "By_" + strategy;
        String group = "C_" + topic;
        ground.administrator().createTopic(topic, QUEUES, QUEUES);
        String leftId = consume(recent, group, topic, topic + "_left", "by=" + strategy);
        String rightId = consume(old, group, topic, topic + "_right", "by=" + strategy);
        until("the queues are divided", () -> {
            Set<Integer> left = queuesOf(group, leftId, topic);
            Set<Integer> right = queuesOf(group, rightId, topic);
            Set<Integer> all = new HashSet<>(left);
            all.addAll(right);
            return left.size() + right.size() == QUEUES
                    && all.size() == QUEUES
                    && (strategy.equals("hash") || left.size() == 2);
        });
    }

    @Test
    void queuesThatAreNamedInTheConfigurationAreTakenAndNoOthers() {
        String topic = "ByConfig";
        ground.administrator().createTopic(topic, QUEUES, QUEUES);
        String id = consume(recent, "C_ByConfig", topic, "ByConfig", "by=config:0,2");
        until("they are taken", () -> queuesOf("C_ByConfig", id, topic).equals(Set.of(0, 2)));
    }

    @Test
    void aMemberThatSaysItsSubscriptionsOnceIsAMemberLikeOthers() {
        String topic = "Brief";
        ground.administrator().createTopic(topic, QUEUES, QUEUES);
        ApacheClient brief =
                ground.another(Version.V5, NEVER_BY_ITSELF, REBALANCE_AT_ONCE, "-Dcom.rocketmq.heartbeat.v2=true");
        String briefId = consume(brief, "C_Brief", topic, "brief");
        String otherId = consume(old, "C_Brief", topic, "Brief_other");
        until(
                "each has half",
                () -> queuesOf("C_Brief", briefId, topic).size() == 2
                        && queuesOf("C_Brief", otherId, topic).size() == 2);
        old.tell("stop", "Brief_other");
        until("it has all", () -> queuesOf("C_Brief", briefId, topic).size() == QUEUES);
        recent.tell("sendmany", topic, "8", "1", "m", "0");
        untilReceived(brief, "brief", numbered("m", 8));
    }
}

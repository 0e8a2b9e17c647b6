package io.sluice.namesrv.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.namesrv.route.Registration.ActingMaster;
import io.sluice.wire.body.BrokerData;
import io.sluice.wire.body.DataVersion;
import io.sluice.wire.body.QueueData;
import io.sluice.wire.body.TopicConfig;
import io.sluice.wire.body.TopicConfigTable;
import io.sluice.wire.body.TopicRouteData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RouteTableTest {
    private static final String PRIMARY = "10.0.0.1:10911";
    private static final String REPLICA = "10.0.0.2:10911";
    private static final Origin NOBODY = reason -> {};

    private final AtomicLong nanos = new AtomicLong();
    private final RouteTable table = new RouteTable(120_000, () -> false, nanos::get);

    @Test
    void aRegisteredTopicHasARoute() {
        register(PRIMARY, 0, 1, "T1", "T2");

        assertThat(table.route("T1"))
                .contains(new TopicRouteData(
                        List.of(new QueueData("broker-a", 4, 4, 6, 0)),
                        List.of(new BrokerData("C", "broker-a", Map.of(0L, PRIMARY)))));
        assertThat(table.route("T3")).isEmpty();
        assertThat(table.topicNames()).containsExactly("T1", "T2");
    }

    @Test
    void theSameVersionAgainIsNotReadAgain() {
        register(PRIMARY, 0, 1, "T1", "T2");

        register(PRIMARY, 0, 1, "T1", "T2", "T3");
        assertThat(table.topicNames()).containsExactly("T1", "T2");

        register(PRIMARY, 0, 2, "T1", "T2", "T3");
        assertThat(table.topicNames()).containsExactly("T1", "T2", "T3");
    }

    @Test
    void aPartialRegistrationIsRefusedBeforeAWholeOneAndTakenAfterIt() {
        assertThat(register(PRIMARY, 0, 1, "T1")).isInstanceOf(Registered.Refused.class);
        assertThat(table.topicNames()).isEmpty();

        register(PRIMARY, 0, 1, "T1", "T2");
        assertThat(register(PRIMARY, 0, 2, "T3")).isInstanceOf(Registered.Accepted.class);
        assertThat(table.topicNames()).containsExactly("T1", "T2", "T3");
    }

    @Test
    void aTopicThatIsNoLongerReportedStaysUnlessConfiguredOtherwise() {
        register(PRIMARY, 0, 1, "T1", "T2");
        register(PRIMARY, 0, 2, "T1", "T3");
        assertThat(table.topicNames()).containsExactly("T1", "T2", "T3");

        RouteTable dropping = new RouteTable(120_000, () -> true, nanos::get);
        dropping.register(registration(PRIMARY, 0, 1, ActingMaster.NO, NOBODY, "T1", "T2"));
        dropping.register(registration(PRIMARY, 0, 2, ActingMaster.NO, NOBODY, "T1", "T3"));
        assertThat(dropping.topicNames()).containsExactly("T1", "T3");
    }

    @Test
    void aReplicaIsToldWhereItsPrimaryIs() {
        assertThat(register(PRIMARY, 0, 1, "T1", "T2")).isEqualTo(new Registered.Accepted("", ""));

        assertThat(register(REPLICA, 1, 1, "T1", "T2")).isEqualTo(new Registered.Accepted(PRIMARY, "ha-" + PRIMARY));
        assertThat(table.broker("broker-a").orElseThrow().brokerAddrs()).isEqualTo(Map.of(0L, PRIMARY, 1L, REPLICA));
    }

    @Test
    void aReplicaBringsTopicsOnlyWhileItHasTheSmallestIdAndKnowsTheRule() {
        register(PRIMARY, 0, 1, "T1", "T2");
        register(REPLICA, 1, 1, "T1", "T9");
        assertThat(table.topicNames()).containsExactly("T1", "T2");

        table.unregister(new BrokerAddress("C", PRIMARY), "broker-a");
        table.register(registration(REPLICA, 1, 2, ActingMaster.UNSAID, NOBODY, "T1", "T9"));
        assertThat(table.topicNames()).containsExactly("T1", "T2");

        table.register(registration(REPLICA, 1, 3, ActingMaster.NO, NOBODY, "T1", "T9"));
        assertThat(table.topicNames()).containsExactly("T1", "T2", "T9");
    }

    @Test
    void topicsOfAStandInAreReadOnly() {
        table.register(registration(REPLICA, 1, 1, ActingMaster.YES, NOBODY, "T1", "T2"));

        assertThat(permOf("T1")).isEqualTo(TopicConfig.PERM_READ);
    }

    @Test
    void topicsBecomeReadOnlyWhenThePrimaryOfAStandInGoes() {
        table.register(registration(PRIMARY, 0, 1, ActingMaster.YES, NOBODY, "T1", "T2"));
        table.register(registration(REPLICA, 1, 1, ActingMaster.YES, NOBODY, "T1", "T2"));
        assertThat(permOf("T1")).isEqualTo(6);

        table.unregister(new BrokerAddress("C", PRIMARY), "broker-a");

        assertThat(permOf("T1")).isEqualTo(TopicConfig.PERM_READ);
    }

    @Test
    void theLastAddressTakesNameQueuesAndClusterWithIt() {
        register(PRIMARY, 0, 1, "T1", "T2");
        register(REPLICA, 1, 1, "T1", "T2");

        table.unregister(new BrokerAddress("C", PRIMARY), "broker-a");
        assertThat(table.route("T1").orElseThrow().brokerDatas())
                .containsExactly(new BrokerData("C", "broker-a", Map.of(1L, REPLICA)));

        table.unregister(new BrokerAddress("C", REPLICA), "broker-a");
        assertThat(table.route("T1")).isEmpty();
        assertThat(table.topicNames()).isEmpty();
        assertThat(table.clusterInfo().clusterAddrTable()).isEmpty();
        assertThat(table.clusterInfo().brokerAddrTable()).isEmpty();
    }

    @Test
    void aProcessThatComesBackUnderAnotherIdHasChangedItsRole() {
        register(PRIMARY, 0, 1, "T1", "T2");
        register(PRIMARY, 3, 2, "T1", "T2");

        assertThat(table.broker("broker-a").orElseThrow().brokerAddrs()).isEqualTo(Map.of(3L, PRIMARY));
    }

    @Test
    void anotherProcessTakesOverAnIdUnlessItsEpochIsOlder() {
        table.register(registration(PRIMARY, 0, new DataVersion(7, 1, 1), "T1", "T2"));

        table.register(registration(REPLICA, 0, new DataVersion(6, 1, 1), "T1", "T2"));
        assertThat(table.broker("broker-a").orElseThrow().brokerAddrs()).isEqualTo(Map.of(0L, PRIMARY));

        table.register(registration(REPLICA, 0, new DataVersion(8, 1, 1), "T1", "T2"));
        assertThat(table.broker("broker-a").orElseThrow().brokerAddrs()).isEqualTo(Map.of(0L, REPLICA));
        assertThat(table.versionOf(new BrokerAddress("C", PRIMARY))).isEmpty();
    }

    @Test
    void aBrokerNameStaysInItsCluster() {
        register(PRIMARY, 0, 1, "T1", "T2");
        Registration elsewhere = new Registration(
                new BrokerAddress("D", REPLICA),
                "broker-a",
                0,
                "",
                "",
                0,
                ActingMaster.NO,
                topics(new DataVersion(0, 1, 1), "T1", "T2"),
                NOBODY);

        assertThat(table.register(elsewhere)).isInstanceOf(Registered.Refused.class);
    }

    @Test
    void aSilentBrokerExpiresWhenItsTimeIsOverAndNotBefore() {
        List<String> closed = new ArrayList<>();
        table.register(registration(PRIMARY, 0, 1, ActingMaster.NO, closed::add, "T1", "T2"));
        RouteExpiry expiry = new RouteExpiry(table, 5_000);

        pass(120_000);
        expiry.work();
        assertThat(table.route("T1")).isPresent();

        pass(1);
        expiry.work();
        assertThat(table.route("T1")).isEmpty();
        assertThat(closed).hasSize(1);
    }

    @Test
    void aSignOfLifePostponesTheExpiry() {
        register(PRIMARY, 0, 1, "T1", "T2");

        pass(100_000);
        table.touch(new BrokerAddress("C", PRIMARY));
        pass(100_000);

        assertThat(table.expire()).isEmpty();
    }

    @Test
    void aBrokerMayAskForAShorterSilence() {
        Registration impatient = new Registration(
                new BrokerAddress("C", PRIMARY),
                "broker-a",
                0,
                "",
                "",
                10_000,
                ActingMaster.NO,
                topics(new DataVersion(0, 1, 1), "T1", "T2"),
                NOBODY);
        table.register(impatient);

        pass(10_001);

        assertThat(table.expire()).containsExactly(NOBODY);
    }

    @Test
    void theEndOfAConnectionRemovesWhatCameByIt() {
        Origin first = reason -> {};
        Origin second = reason -> {};
        table.register(registration(PRIMARY, 0, 1, ActingMaster.NO, first, "T1", "T2"));
        table.register(registration(REPLICA, 1, 1, ActingMaster.NO, second, "T1", "T2"));

        table.connectionEnded(first);

        assertThat(table.broker("broker-a").orElseThrow().brokerAddrs()).isEqualTo(Map.of(1L, REPLICA));
    }

    @Test
    void aBrokerThatGoesWithoutTakingLeaveIsAwayUntilItIsBackOrADayIsOver() {
        Origin origin = reason -> {};
        table.register(registration(PRIMARY, 0, 1, ActingMaster.NO, origin, "T1", "T2"));
        assertThat(table.clusterInfo().awayBrokers()).isEmpty();

        table.connectionEnded(origin);
        assertThat(table.clusterInfo().awayBrokers()).containsExactly("broker-a");
        register(PRIMARY, 0, 2, "T1", "T2");
        assertThat(table.clusterInfo().awayBrokers()).isEmpty();

        pass(120_001);
        table.expire();
        assertThat(table.clusterInfo().awayBrokers()).containsExactly("broker-a");
        pass(TimeUnit.DAYS.toMillis(1) + 1);
        assertThat(table.clusterInfo().awayBrokers()).isEmpty();
    }

    @Test
    void aBrokerThatTakesLeaveIsNotAway() {
        register(PRIMARY, 0, 1, "T1", "T2");

        table.unregister(new BrokerAddress("C", PRIMARY), "broker-a");

        assertThat(table.clusterInfo().awayBrokers()).isEmpty();
    }

    @Test
    void aBrokerThatTakesLeaveWithUnitsInDoubtIsAwayUntilItIsBack() {
        register(PRIMARY, 0, 1, "T1", "T2");

        table.unregisterForAWhile(new BrokerAddress("C", PRIMARY), "broker-a");
        assertThat(table.route("T1")).isEmpty();
        assertThat(table.clusterInfo().awayBrokers()).containsExactly("broker-a");

        register(PRIMARY, 0, 2, "T1", "T2");
        assertThat(table.clusterInfo().awayBrokers()).isEmpty();
    }

    @Test
    void aBrokerThatIsNotKnownYetIsAwayWhenItTakesLeaveWithUnitsInDoubt() {
        table.unregisterForAWhile(new BrokerAddress("C", PRIMARY), "broker-a");

        assertThat(table.clusterInfo().awayBrokers()).containsExactly("broker-a");
        assertThat(table.clusterInfo().brokerAddrTable()).isEmpty();
    }

    @Test
    void aBrokerWhoseNameIsServedIsNotAwayWhenSomebodyElseTakesLeave() {
        register(REPLICA, 1, 1, "T1", "T2");

        table.unregisterForAWhile(new BrokerAddress("C", PRIMARY), "broker-a");

        assertThat(table.clusterInfo().awayBrokers()).isEmpty();
        assertThat(table.route("T1")).isPresent();
    }

    @Test
    void aBrokerThatIsAwayIsMissedNoLongerOnceItTakesLeaveForGood() {
        Origin origin = reason -> {};
        table.register(registration(PRIMARY, 0, 1, ActingMaster.NO, origin, "T1", "T2"));
        table.connectionEnded(origin);
        assertThat(table.clusterInfo().awayBrokers()).containsExactly("broker-a");

        table.unregister(new BrokerAddress("C", PRIMARY), "broker-a");

        assertThat(table.clusterInfo().awayBrokers()).isEmpty();
    }

    @Test
    void theEndOfAnOldConnectionDoesNotRemoveABrokerThatCameBack() {
        Origin before = reason -> {};
        table.register(registration(PRIMARY, 0, 1, ActingMaster.NO, before, "T1", "T2"));
        table.register(registration(PRIMARY, 0, 1, ActingMaster.NO, NOBODY, "T1", "T2"));

        table.connectionEnded(before);

        assertThat(table.route("T1")).isPresent();
    }

    @Test
    void writePermsAreWipedAndGivenBackUntilTopicsChange() {
        register(PRIMARY, 0, 1, "T1", "T2");

        assertThat(table.wipeWritePerm("broker-a")).isEqualTo(2);
        assertThat(permOf("T1")).isEqualTo(4);
        assertThat(table.addWritePerm("broker-a")).isEqualTo(2);
        assertThat(permOf("T1")).isEqualTo(6);
        assertThat(table.wipeWritePerm("unknown")).isZero();

        table.wipeWritePerm("broker-a");
        register(PRIMARY, 0, 2, "T1", "T2");
        assertThat(permOf("T1")).isEqualTo(6);
    }

    @Test
    void aTopicIsDeletedEverywhereOrInOneCluster() {
        register(PRIMARY, 0, 1, "T1", "T2");

        table.deleteTopic("T1", "elsewhere");
        assertThat(table.route("T1")).isPresent();
        table.deleteTopic("T1", "C");
        assertThat(table.route("T1")).isEmpty();
        table.deleteTopic("T2", "");
        assertThat(table.topicNames()).isEmpty();
    }

    @Test
    void aSingleTopicIsRegisteredForKnownBrokersOnly() {
        register(PRIMARY, 0, 1, "T1", "T2");

        table.registerTopic(
                "T5", List.of(new QueueData("broker-a", 1, 1, 6, 0), new QueueData("broker-z", 1, 1, 6, 0)));

        assertThat(table.route("T5").orElseThrow().queueDatas())
                .extracting(QueueData::brokerName)
                .containsExactly("broker-a");
    }

    @Test
    void namesOfClustersAndBrokersAreSystemTopics() {
        register(PRIMARY, 0, 1, "T1", "T2");

        assertThat(table.systemNames()).containsExactly("C", "broker-a");
        assertThat(table.anyAddress()).contains(PRIMARY);
        assertThat(table.topicNames("C")).containsExactly("T1", "T2");
        assertThat(table.topicNames("D")).isEmpty();
    }

    private int permOf(String topic) {
        return table.route(topic).orElseThrow().queueDatas().get(0).perm();
    }

    private void pass(long ms) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    private Registered register(String address, long id, long version, String... topics) {
        return table.register(registration(address, id, version, ActingMaster.NO, NOBODY, topics));
    }

    private static Registration registration(
            String address, long id, long version, ActingMaster actingMaster, Origin origin, String... topics) {
        return new Registration(
                new BrokerAddress("C", address),
                "broker-a",
                id,
                "ha-" + address,
                "",
                0,
                actingMaster,
                topics(new DataVersion(0, 1, version), topics),
                origin);
    }

    private static Registration registration(String address, long id, DataVersion version, String... topics) {
        return new Registration(
                new BrokerAddress("C", address),
                "broker-a",
                id,
                "ha-" + address,
                "",
                0,
                ActingMaster.NO,
                topics(version, topics),
                NOBODY);
    }

    private static TopicConfigTable topics(DataVersion version, String... names) {
        Map<String, TopicConfig> topics = new LinkedHashMap<>();
        for (String name : names) {
            topics.put(name, new TopicConfig(name, 4, 4, 6));
        }
        return new TopicConfigTable(topics, version);
    }
}

package io.sluice.broker;

import io.sluice.broker.settings.SettingRules;
import io.sluice.broker.timer.TimerRules;
import io.sluice.broker.transaction.TransactionRules;
import io.sluice.broker.unit.UnitRules;
import io.sluice.store.StoreConfig;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * What a broker is told; the RocketMQ configuration key of each component stands in brackets.
 *
 * @param store               the store, with its own settings
 * @param clusterName         (brokerClusterName)
 * @param brokerName          (brokerName)
 * @param brokerId            0 for a primary (brokerId)
 * @param bindAddress         address that the native door listens on
 * @param listenPort          its port, 0 for a free one; the second port is two below (listenPort)
 * @param advertised          address told to clients and written into message ids (brokerIP1)
 * @param autoCreateTopics    whether a send creates an unknown topic (autoCreateTopicEnable)
 * @param autoCreateGroups    whether using an unknown group creates it (autoCreateSubscriptionGroup)
 * @param defaultTopicQueues  most queues of a topic created by a send (defaultTopicQueueNums)
 * @param maxTopics           how many topics there may be, those of the broker and of groups counted (maxTopics)
 * @param maxGroups           how many consumer groups there may be (maxSubscriptionGroups)
 * @param delayLevels         delay of each level, counted from 1 (messageDelayLevel)
 * @param timerMaxDelay       how far away an exact time of delivery may be (timerMaxDelaySec)
 * @param transactions        when producers are asked about half messages
 * @param units               how many repeats are recognised, and how long
 * @param sqlAllowed          whether consumers may filter by SQL (enablePropertyFilter)
 * @param traceTopic          whether the topic for message traces exists (traceTopicEnable)
 * @param settings            what was configured by name, for tools to show; nothing secret
 * @param settingRules        what is legal when a tool changes one of them
 */
public record BrokerConfig(
        StoreConfig store,
        String clusterName,
        String brokerName,
        long brokerId,
        String bindAddress,
        int listenPort,
        InetAddress advertised,
        boolean autoCreateTopics,
        boolean autoCreateGroups,
        int defaultTopicQueues,
        int maxTopics,
        int maxGroups,
        String delayLevels,
        Duration timerMaxDelay,
        TransactionRules transactions,
        UnitRules units,
        boolean sqlAllowed,
        boolean traceTopic,
        Map<String, String> settings,
        SettingRules settingRules) {
    public static final int DEFAULT_TOPIC_QUEUES = 8;
    public static final int MAX_TOPICS_DEFAULT = 100_000;
    public static final int MAX_GROUPS_DEFAULT = 100_000;

    public BrokerConfig {
        Objects.requireNonNull(store, "store");
        Objects.requireNonNull(advertised, "advertised");
        if (clusterName.isBlank() || brokerName.isBlank()) {
            throw new IllegalArgumentException(
                    "brokerClusterName '%s' and brokerName '%s' may not be empty".formatted(clusterName, brokerName));
        }
        if (listenPort < 0 || listenPort > 65_535 || listenPort == 1 || listenPort == 2) {
            throw new IllegalArgumentException(
                    "listenPort %d is not usable; expected 0 or 3..65535, since the second port is two below"
                            .formatted(listenPort));
        }
        Objects.requireNonNull(timerMaxDelay, "timerMaxDelay");
        Objects.requireNonNull(transactions, "transactions");
        Objects.requireNonNull(units, "units");
        Objects.requireNonNull(settingRules, "settingRules");
        settings = Map.copyOf(settings);
    }

    /** A broker on loopback with a free port and every default. */
    public static BrokerConfig in(StoreConfig store) {
        return new BrokerConfig(
                store,
                "DefaultCluster",
                "broker-a",
                0,
                "127.0.0.1",
                0,
                InetAddress.getLoopbackAddress(),
                true,
                true,
                DEFAULT_TOPIC_QUEUES,
                MAX_TOPICS_DEFAULT,
                MAX_GROUPS_DEFAULT,
                StoreConfig.DELAY_LEVELS_DEFAULT,
                TimerRules.MAX_DELAY_DEFAULT,
                TransactionRules.DEFAULT,
                UnitRules.DEFAULT,
                true,
                false,
                Map.of(),
                SettingRules.NONE);
    }

    public BrokerConfig withAutoCreateTopics(boolean allowed) {
        return new BrokerConfig(
                store,
                clusterName,
                brokerName,
                brokerId,
                bindAddress,
                listenPort,
                advertised,
                allowed,
                autoCreateGroups,
                defaultTopicQueues,
                maxTopics,
                maxGroups,
                delayLevels,
                timerMaxDelay,
                transactions,
                units,
                sqlAllowed,
                traceTopic,
                settings,
                settingRules);
    }

    public BrokerConfig withDelayLevels(String levels) {
        return new BrokerConfig(
                store,
                clusterName,
                brokerName,
                brokerId,
                bindAddress,
                listenPort,
                advertised,
                autoCreateTopics,
                autoCreateGroups,
                defaultTopicQueues,
                maxTopics,
                maxGroups,
                levels,
                timerMaxDelay,
                transactions,
                units,
                sqlAllowed,
                traceTopic,
                settings,
                settingRules);
    }

    public BrokerConfig withSettings(Map<String, String> shown, SettingRules rules) {
        return new BrokerConfig(
                store,
                clusterName,
                brokerName,
                brokerId,
                bindAddress,
                listenPort,
                advertised,
                autoCreateTopics,
                autoCreateGroups,
                defaultTopicQueues,
                maxTopics,
                maxGroups,
                delayLevels,
                timerMaxDelay,
                transactions,
                units,
                sqlAllowed,
                traceTopic,
                shown,
                rules);
    }

    public BrokerConfig withListenPort(int port) {
        return new BrokerConfig(
                store,
                clusterName,
                brokerName,
                brokerId,
                bindAddress,
                port,
                advertised,
                autoCreateTopics,
                autoCreateGroups,
                defaultTopicQueues,
                maxTopics,
                maxGroups,
                delayLevels,
                timerMaxDelay,
                transactions,
                units,
                sqlAllowed,
                traceTopic,
                settings,
                settingRules);
    }
}

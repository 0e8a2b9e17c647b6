package io.sluice.gateway.assembly;

import io.sluice.broker.BrokerConfig;
import io.sluice.broker.transaction.TransactionRules;
import io.sluice.broker.unit.UnitRules;
import io.sluice.gateway.config.ConfigException;
import io.sluice.gateway.config.Settings;
import io.sluice.gateway.config.SettingsReader;
import io.sluice.http.HttpConfig;
import io.sluice.mqtt.MqttConfig;
import io.sluice.mqtt.session.SessionLimits;
import io.sluice.namesrv.NameServerConfig;
import io.sluice.store.StoreConfig;
import io.sluice.store.log.FlushMode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One set of settings as each part wants to hear it. */
final class PartConfigs {
    private static final int VIP_DISTANCE = 2;
    private static final int PORT_MIN = 3;
    /** Room for topic name and properties beside the largest body. */
    private static final int MQTT_HEADER_BYTES_MAX = 64 * 1024;

    private static final double PERCENT = 100.0;

    private final Settings settings;
    private final InetAddress advertised;

    PartConfigs(Settings settings) {
        this.settings = settings;
        this.advertised = AdvertisedAddress.of(settings.text("brokerIP1"), host());
    }

    /** Address that every door listens on. */
    String host() {
        return settings.text("bindAddress");
    }

    /** @throws io.sluice.model.SluiceException when a port that a role needs is taken */
    void checkPorts(Set<Role> roles) {
        if (roles.contains(Role.NAME_SERVER)) {
            PortCheck.isFree(host(), "namesrvPort", settings.number("namesrvPort"));
        }
        if (roles.contains(Role.BROKER)) {
            int listenPort = settings.number("listenPort");
            if (listenPort != 0 && listenPort < PORT_MIN) {
                throw new ConfigException(
                        "listenPort=%d is not legal; expected 0 or %d..65535, since the second port is two below"
                                .formatted(listenPort, PORT_MIN));
            }
            PortCheck.isFree(host(), "listenPort", listenPort);
            PortCheck.isFree(host(), "listenPort", listenPort == 0 ? 0 : listenPort - VIP_DISTANCE);
            if (!roles.contains(Role.NAME_SERVER)
                    && settings.addresses("namesrvAddr").isEmpty()) {
                throw new ConfigException(
                        "namesrvAddr is empty; a broker alone needs name servers: -D namesrvAddr=host:9876");
            }
        }
        if (roles.contains(Role.DOORS)) {
            PortCheck.isFree(host(), "mqttPort", settings.number("mqttPort"));
            PortCheck.isFree(host(), "httpPort", settings.number("httpPort"));
            if (!roles.contains(Role.BROKER)
                    && settings.addresses("namesrvAddr").isEmpty()) {
                throw new ConfigException(
                        "namesrvAddr is empty; doors alone need a cluster to stand in front of: -D namesrvAddr=host:9876");
            }
        }
    }

    /** The name servers given and those of this process, each once. */
    List<String> nameServers(List<String> own) {
        Set<String> all = new LinkedHashSet<>(own);
        all.addAll(settings.addresses("namesrvAddr"));
        return new ArrayList<>(all);
    }

    NameServerConfig nameServer() {
        return NameServerConfig.on(host(), settings.number("namesrvPort"))
                .withSwitches(settings.flag("orderMessageEnable"), settings.flag("deleteTopicWithBrokerRegistration"));
    }

    BrokerConfig broker() {
        Map<String, String> shown = new TreeMap<>();
        settings.values().forEach((key, value) -> shown.put(key, value.text()));
        return new BrokerConfig(
                store(),
                settings.text("brokerClusterName"),
                settings.text("brokerName"),
                settings.number("brokerId"),
                host(),
                settings.number("listenPort"),
                advertised,
                settings.flag("autoCreateTopicEnable"),
                settings.flag("autoCreateSubscriptionGroup"),
                settings.number("defaultTopicQueueNums"),
                settings.number("maxTopics"),
                settings.number("maxSubscriptionGroups"),
                settings.text("messageDelayLevel"),
                Duration.ofSeconds(settings.number("timerMaxDelaySec")),
                new TransactionRules(
                        Duration.ofMillis(settings.number("transactionTimeOut")),
                        Duration.ofMillis(settings.number("transactionCheckInterval")),
                        settings.number("transactionCheckMax")),
                UnitRules.of(
                                settings.number("idempotenceWindowMax"),
                                Duration.ofSeconds(settings.number("idempotenceWindowSeconds")))
                        .withPrepared(
                                settings.number("preparedUnitsMax"),
                                settings.number("preparedUnitsBytesMax"),
                                Duration.ofSeconds(settings.number("preparedUnitMaxSeconds"))),
                settings.flag("enablePropertyFilter"),
                settings.flag("traceTopicEnable"),
                shown,
                new SettingsReader()::complaint);
    }

    private StoreConfig store() {
        return StoreConfig.in(settings.path("storePathRootDir"))
                .withLogSegmentBytes(given("mappedFileSizeCommitLog"))
                .withQueueSegmentBytes(given("mappedFileSizeConsumeQueue"))
                .withStoreHost(new InetSocketAddress(advertised, settings.number("listenPort")))
                .withMaxMessageBytes(settings.number("maxMessageSize"))
                .withFlushMode(FlushMode.valueOf(settings.text("flushDiskType")))
                .withFlushIntervalMs(settings.number("flushIntervalCommitLog"))
                .withReservedHours(settings.number("fileReservedTime"))
                .withDeleteWhen(settings.text("deleteWhen"))
                .withDiskMaxUsedRatio(settings.number("diskMaxUsedSpaceRatio") / PERCENT)
                .withDiskForceRatio(settings.number("diskSpaceCleanForciblyRatio") / PERCENT)
                .withDiskFullRatio(settings.number("diskSpaceWarningLevelRatio") / PERCENT)
                .withDiskFreeMinBytes(settings.longNumber("diskFreeMinBytes"))
                .withDelayLevels(settings.text("messageDelayLevel"));
    }

    /** 0, "as the files there are", unless the user said a size. */
    private int given(String key) {
        return settings.isGiven(key) ? settings.number(key) : 0;
    }

    MqttConfig mqtt() {
        return MqttConfig.on(host(), settings.number("mqttPort"))
                .withSessions(SessionLimits.DEFAULTS.withMaxPacketBytes(
                        settings.number("maxMessageSize") + MQTT_HEADER_BYTES_MAX));
    }

    HttpConfig http() {
        return HttpConfig.at(host(), settings.number("httpPort"))
                .withMessageMaxBytes(settings.number("maxMessageSize"))
                .withNewTopicQueues(settings.number("defaultTopicQueueNums"));
    }
}

package io.sluice.gateway.e2e;

import static io.sluice.gateway.node.ApacheGround.numbered;
import static io.sluice.gateway.node.ApacheGround.until;
import static io.sluice.gateway.node.ApacheGround.untilReceived;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.Broker;
import io.sluice.broker.BrokerConfig;
import io.sluice.gateway.node.Administrator;
import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.namesrv.NameServer;
import io.sluice.namesrv.NameServerConfig;
import io.sluice.store.StoreConfig;
import io.sluice.store.file.FileDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Where new groups of unmodified Apache consumers begin on a queue whose first messages are gone. The node stands in this
 * process, because days go by for it.
 */
class ApacheStartPlacesTest {
    private static final String TOPIC = "Aged";
    private static final Duration LONGER_THAN_KEPT = Duration.ofHours(100);

    @TempDir
    static Path directory;

    private static final SettableClock CLOCK = new SettableClock(Instant.now().minus(LONGER_THAN_KEPT));
    private static NameServer nameServer;
    private static Broker broker;
    private static final Map<Version, ApacheClient> clients = new EnumMap<>(Version.class);
    private static Instant betweenTheKept;

    private static final class SettableClock implements InstantSource {
        private volatile Instant now;

        SettableClock(Instant now) {
            this.now = now;
        }

        @Override
        public Instant instant() {
            return now;
        }

        void pass(Duration time) {
            now = now.plus(time);
        }
    }

    @BeforeAll
    static void start() throws IOException {
        nameServer = NameServer.open(NameServerConfig.on("127.0.0.1", 0));
        nameServer.start();
        String address = "127.0.0.1:" + nameServer.port();
        StoreConfig store = StoreConfig.in(directory.resolve("store")).withLogSegmentBytes(64 * 1024);
        broker = Broker.open(BrokerConfig.in(store), new FileDisk(), CLOCK);
        broker.start(List.of(address));
        for (Version version : Version.values()) {
            clients.put(
                    version,
                    new ApacheClient(version, address, directory, "-Drocketmq.client.rebalance.waitInterval=1000"));
        }
        ApacheClient client = clients.get(Version.V5);
        client.tell("producer", "P_aged");
        try (Administrator administrator = new Administrator("127.0.0.1:" + broker.localPort())) {
            administrator.createTopic(TOPIC, 1, 1);
            client.tell("sendmany", TOPIC, "40", "1", "gone", "4000");
            CLOCK.pass(LONGER_THAN_KEPT);
            client.tell("sendmany", TOPIC, "20", "1", "early", "4000");
            CLOCK.pass(Duration.ofMinutes(1));
            betweenTheKept = CLOCK.instant();
            CLOCK.pass(Duration.ofMinutes(1));
            client.tell("sendmany", TOPIC, "3", "1", "late", "0");
            // What is not yet safe on the disk elsewhere is not deleted at the first request.
            until("the first messages are gone", () -> {
                administrator.deleteExpired();
                return !client.tell("offsets", TOPIC, "0", "0").startsWith("0 ");
            });
        }
    }

    @AfterAll
    static void stop() {
        clients.values().forEach(ApacheClient::close);
        broker.close();
        nameServer.close();
    }

    private static ApacheClient starting(Version version, String name, String... options) {
        String[] words = new String[6 + options.length];
        System.arraycopy(new String[] {"consumer", "C_" + name, TOPIC, "*", "0", "name=" + name}, 0, words, 0, 6);
        System.arraycopy(options, 0, words, 6, options.length);
        clients.get(version).tell(words);
        return clients.get(version);
    }

    /** With the newer release only: the older one waits 10 s by itself before it goes where it is told. */
    @Test
    void aGroupThatBeginsAtTheFirstMessageBeginsAtTheFirstThatIsKept() {
        ApacheClient client = starting(Version.V5, "first", "from=FIRST");
        untilReceived(client, "first", numbered("late", 3));
        assertThat(client.bodies("first").stream().filter(body -> body.startsWith("early")))
                .hasSize(20);
    }

    @ParameterizedTest
    @EnumSource
    void aGroupThatBeginsAtTheEndGetsOnlyWhatComesThen(Version version) {
        String name = "last_" + version;
        ApacheClient client = starting(version, name, "from=LAST");
        // Until the consumer has its queue, what is sent comes before its beginning.
        until("something new is received", () -> {
            clients.get(Version.V5).send(TOPIC, "", "", "new_" + version);
            return client.bodies(name).contains("new_" + version);
        });
        assertThat(client.bodies(name)).noneMatch(body -> body.startsWith("early") || body.startsWith("late"));
    }

    @ParameterizedTest
    @EnumSource
    void aGroupThatBeginsAtATimeGetsWhatWasStoredFromThenOn(Version version) {
        String name = "time_" + version;
        String at = DateTimeFormatter.ofPattern("yyyyMMddHHmmss")
                .withZone(ZoneId.systemDefault())
                .format(betweenTheKept);
        ApacheClient client = starting(version, name, "from=TIME", "at=" + at);
        untilReceived(client, name, numbered("late", 3));
        assertThat(client.bodies(name)).noneMatch(body -> body.startsWith("early"));
    }
}

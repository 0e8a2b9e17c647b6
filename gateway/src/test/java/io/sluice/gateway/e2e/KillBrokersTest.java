package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.client.Traffic;
import io.sluice.client.Traffic.Way;
import io.sluice.gateway.node.LineProcess;
import io.sluice.gateway.node.NodeProcess;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.port.TopicCatalog.TopicSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two brokers and two name servers, each a process of its own, are killed while producers and consumers of every kind are at
 * work. Nothing acknowledged is lost; what comes twice is counted.
 */
class KillBrokersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String TOPIC = "Flow";
    private static final int ROUND = 100;
    /** A round here takes as long as so many of the tests that kill one node. */
    private static final int KILLS_OF_OTHERS = 10;

    @TempDir
    Path directory;

    private final List<Server> nameServers = new ArrayList<>();
    private final List<Server> brokers = new ArrayList<>();

    /** A process and where it listens. */
    private record Server(LineProcess process, String address) {
        String port() {
            return address.substring(address.lastIndexOf(':') + 1);
        }
    }

    @BeforeEach
    void start() {
        List<LineProcess> starting = List.of(startingNameServer(0, "0"), startingNameServer(1, "0"));
        starting.forEach(process -> nameServers.add(ready("namesrv", process)));
        starting = List.of(startingBroker(0), startingBroker(1));
        starting.forEach(process -> brokers.add(ready("broker", process)));
        try (BrokerPort port = BrokerPortFactory.open(URI.create("sluice://" + nameServerAddresses(",")))) {
            port.topics()
                    .put(new TopicName(TOPIC), TopicSettings.ofQueues(4))
                    .toCompletableFuture()
                    .join();
        }
    }

    @AfterEach
    void stop() {
        brokers.forEach(server -> server.process.close());
        nameServers.forEach(server -> server.process.close());
    }

    private String nameServerAddresses(String separator) {
        return nameServers.stream().map(Server::address).collect(Collectors.joining(separator));
    }

    private LineProcess startingNameServer(int index, String port) {
        return NodeProcess.command(List.of(
                "namesrv", "--data", directory.resolve("names-" + index).toString(), "-D", "namesrvPort=" + port));
    }

    /** On the store it had, at whatever port is free. */
    private LineProcess startingBroker(int index) {
        return NodeProcess.command(List.of(
                "broker",
                "--data",
                directory.resolve("broker-" + index).toString(),
                "-D",
                "listenPort=0",
                "-D",
                "brokerName=broker-" + index,
                "-D",
                "namesrvAddr=" + nameServerAddresses(";")));
    }

    private static Server ready(String door, LineProcess process) {
        int line = process.awaitLine(0, said -> said.startsWith("Sluice is ready"), PATIENCE);
        Matcher address = Pattern.compile(" " + door + "=(\\S+)").matcher(process.line(line));
        assertThat(address.find()).isTrue();
        return new Server(process, address.group(1));
    }

    private void killBroker(int index) {
        brokers.get(index).process.kill();
    }

    private void killNameServer(int index) {
        nameServers.get(index).process.kill();
    }

    /** Where they were: the broker on its store, the name server at its port. */
    private void start(int broker, int nameServer) {
        LineProcess one = startingBroker(broker);
        LineProcess other =
                startingNameServer(nameServer, nameServers.get(nameServer).port());
        brokers.set(broker, ready("broker", one));
        nameServers.set(nameServer, ready("namesrv", other));
    }

    private static void flows(Traffic traffic) {
        int before = traffic.acknowledged();
        await("sends go on").atMost(PATIENCE).until(() -> traffic.acknowledged() > before + ROUND);
        for (Way way : Way.values()) {
            int seen = traffic.seen(way);
            await(way + " goes on").atMost(PATIENCE).until(() -> traffic.seen(way) > seen + ROUND / 2);
        }
    }

    private static void ends(Traffic traffic, int kills) throws InterruptedException {
        traffic.stopSending();
        StringBuilder tally = new StringBuilder();
        for (Way way : Way.values()) {
            await(way + " gets everything").atMost(PATIENCE).untilAsserted(() -> assertThat(traffic.lost(way))
                    .isEmpty());
            tally.append(" %s=%d".formatted(way, traffic.repeated(way).size()));
        }
        System.out.printf(
                "kill -9 of brokers and name servers: kills=%d acknowledged=%d refused=%d lost=0 delivered twice:%s%n",
                kills, traffic.acknowledged(), traffic.refused().size(), tally);
    }

    @Test
    void clientsGoOnAndNothingAcknowledgedIsLostWhenABrokerAndEachNameServerAreKilled() throws Exception {
        try (Traffic traffic = new Traffic(nameServerAddresses(";"), TOPIC)) {
            flows(traffic);
            killNameServer(0);
            killBroker(1);
            flows(traffic);
            start(1, 0);
            flows(traffic);
            killNameServer(1);
            flows(traffic);
            ends(traffic, 3);
        }
    }

    @Test
    @Tag("crash")
    void clientsGoOnAndNothingAcknowledgedIsLostHoweverOftenServersAreKilled() throws Exception {
        Random random = new Random(17);
        int rounds = Math.max(1, Integer.getInteger("sluice.crash.rounds", 60) / KILLS_OF_OTHERS);
        try (Traffic traffic = new Traffic(nameServerAddresses(";"), TOPIC)) {
            for (int round = 0; round < rounds; round++) {
                int broker = random.nextInt(2);
                int nameServer = random.nextInt(2);
                flows(traffic);
                killBroker(broker);
                if (random.nextBoolean()) {
                    flows(traffic);
                }
                killNameServer(nameServer);
                flows(traffic);
                start(broker, nameServer);
                flows(traffic);
            }
            ends(traffic, 2 * rounds);
        }
    }
}

package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.LineProcess;
import io.sluice.gateway.node.NodeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker with two name servers that know nothing of each other, and unmodified clients of one of them each. */
class NameServersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern ADDRESS = Pattern.compile(" namesrv=(\\S+)");

    @TempDir
    Path directory;

    private Named one;
    private Named two;
    private LineProcess broker;

    /** A name server with the address it listens on. */
    private record Named(LineProcess process, String address) {}

    @BeforeEach
    void start() {
        one = nameServer("one", "0");
        two = nameServer("two", "0");
        broker = NodeProcess.command(List.of(
                "broker",
                "--data",
                directory.resolve("broker").toString(),
                "-D",
                "listenPort=0",
                "-D",
                "namesrvAddr=%s;%s".formatted(one.address, two.address)));
        broker.awaitLine(0, line -> line.startsWith("Sluice is ready"), PATIENCE);
    }

    @AfterEach
    void stop() {
        List.of(broker, one.process, two.process).forEach(LineProcess::close);
    }

    private Named nameServer(String name, String port) {
        LineProcess process = NodeProcess.command(
                List.of("namesrv", "--data", directory.resolve(name).toString(), "-D", "namesrvPort=" + port));
        int ready = process.awaitLine(0, line -> line.startsWith("Sluice is ready"), PATIENCE);
        Matcher address = ADDRESS.matcher(process.line(ready));
        assertThat(address.find()).isTrue();
        return new Named(process, address.group(1));
    }

    private ApacheClient client(Version version, String nameServer) {
        return new ApacheClient(version, nameServer, directory);
    }

    private static void awaitBodies(ApacheClient client, String... bodies) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.received().stream().map(ApacheClient.Got::body))
                        .contains(bodies));
    }

    @Test
    void clientsOfDifferentNameServersMeetAndGoOnWithoutAnyAndNewOnesComeInWhenOneIsBack() {
        try (ApacheClient sender = client(Version.V5, one.address);
                ApacheClient reader = client(Version.V4_9_8, two.address)) {
            sender.tell("producer", "P_names");
            sender.send("Names", "", "", "both name servers know the broker");
            reader.tell("consumer", "C_names", "Names", "*", "0");
            awaitBodies(reader, "both name servers know the broker");

            one.process.kill();
            two.process.kill();
            sender.send("Names", "", "", "routes are remembered");
            awaitBodies(reader, "routes are remembered");

            one = nameServer("one", one.address.substring(one.address.lastIndexOf(':') + 1));
            try (ApacheClient late = client(Version.V4_9_8, one.address)) {
                late.tell("producer", "P_late");
                await().atMost(PATIENCE).until(() -> late.ask("send", "Names", "", "", "bGF0ZQ==")
                        .startsWith("OK"));
            }
            awaitBodies(reader, "late");
        }
    }
}

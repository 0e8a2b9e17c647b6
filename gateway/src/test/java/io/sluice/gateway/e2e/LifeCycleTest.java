package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.LineProcess;
import io.sluice.gateway.node.NodeProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting, telling, stopping. */
class LifeCycleTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void theReadyLineTellsEveryDoorOnceAndNothingElseIsOnStandardOutput() {
        Path data = directory.resolve("data");
        try (NodeProcess node = NodeProcess.up(data)) {
            assertThat(node.readyLine()).containsOnlyKeys("namesrv", "broker", "mqtt", "http", "data", "pid");
            assertThat(node.readyLine())
                    .containsEntry("data", data.toAbsolutePath().toString())
                    .containsEntry("pid", String.valueOf(node.process().pid()));
            assertThat(node.process().output()).hasSize(1);
        }
    }

    @Test
    void aTerminatedNodeStopsCleanlyAndItsStoreOpensWithoutRepair() throws Exception {
        Path data = directory.resolve("data");
        try (NodeProcess node = NodeProcess.up(data)) {
            send(node, "kept");
            assertThat(node.stop()).isIn(0, 143);
            assertThat(node.process().errors()).anyMatch(line -> line.endsWith("stopped"));
            assertThat(node.process().errors()).noneMatch(line -> line.contains(" ERROR "));
        }
        assertThat(data.resolve("store/abort")).doesNotExist();
        assertThat(said(List.of("store", "verify", data.toString()))).isNotEmpty();
        assertThat(said(List.of("store", "dump", data.toString(), "--topic", "Kept")))
                .singleElement()
                .asString()
                .contains("\"Kept\"", "kept");
        assertThat(said(List.of("store", "du", data.toString()))).anyMatch(line -> line.contains("Kept"));
        try (NodeProcess node = NodeProcess.up(data)) {
            String page = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(node.http() + "/v1/topics/Kept/messages?limit=10"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            assertThat(page).contains("\"kept\"");
        }
    }

    /** Runs a command to its good end and returns what it said. */
    private static List<String> said(List<String> command) {
        try (LineProcess process = NodeProcess.command(command)) {
            assertThat(process.awaitExit(DEADLINE)).as(process.told()).isZero();
            return process.output();
        }
    }

    private static void send(NodeProcess node, String body) throws Exception {
        int status = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(node.http() + "/v1/topics/Kept/messages"))
                                .header("Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString())
                .statusCode();
        assertThat(status).isEqualTo(201);
    }

    @Test
    void aNodeThatIsIdleSaysNothing() {
        try (NodeProcess node = NodeProcess.up(directory.resolve("data"))) {
            List<String> warnings = node.process().errors().stream()
                    .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                    .toList();
            assertThat(warnings).isEmpty();
        }
    }

    @Test
    void nameServerAndBrokerRunAsTwoProcesses() {
        List<String> alone = List.of("namesrv", "-D", "namesrvPort=0");
        try (LineProcess nameServer = NodeProcess.command(alone)) {
            String ready = nameServer.line(nameServer.awaitLine(0, line -> line.contains("Sluice is ready"), DEADLINE));
            assertThat(ready).contains(" namesrv=").doesNotContain(" broker=");
            String address = ready.replaceFirst(".* namesrv=(\\S+).*", "$1");
            try (LineProcess broker = NodeProcess.command(List.of(
                    "broker",
                    "--data",
                    directory.resolve("data").toString(),
                    "-D",
                    "namesrvAddr=" + address,
                    "-D",
                    "listenPort=0"))) {
                String line = broker.line(broker.awaitLine(0, said -> said.contains("Sluice is ready"), DEADLINE));
                assertThat(line).contains(" broker=").doesNotContain(" mqtt=");
            }
        }
    }
}

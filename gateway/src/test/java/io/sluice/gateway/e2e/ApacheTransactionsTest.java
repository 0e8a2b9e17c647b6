package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Got;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.NodeProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Transactions of unmodified Apache producers. */
class ApacheTransactionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    /** Long enough for a decision to arrive before its producer is asked about it. */
    private static final String[] EAGER = {"transactionTimeOut=3000", "transactionCheckInterval=1000"};

    @TempDir
    Path directory;

    private NodeProcess node() {
        return NodeProcess.up(directory.resolve("data"), EAGER);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes());
    }

    private static List<String> bodies(ApacheClient client) {
        return client.received().stream().map(Got::body).toList();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsCommittedComesWhatIsRolledBackDoesNotAndWhatIsUnknownIsAskedAbout(Version version) {
        try (NodeProcess node = node();
                ApacheClient client = new ApacheClient(version, node.nameServer(), directory)) {
            client.tell("producer", "P_warm");
            client.send("Deals", "t", "k", "plain");
            client.tell("txproducer", "P_Deals", "COMMIT_MESSAGE");
            client.tell("txsend", "Deals", base64("rolled back"), "ROLLBACK_MESSAGE");
            client.tell("txsend", "Deals", base64("committed"), "COMMIT_MESSAGE");
            client.tell("txsend", "Deals", base64("asked about"), "UNKNOW");
            client.tell("consumer", "C_Deals", "Deals", "*", "0");
            await().atMost(PATIENCE)
                    .until(() -> bodies(client).containsAll(List.of("plain", "committed", "asked about")));
            assertThat(bodies(client)).containsExactlyInAnyOrder("plain", "committed", "asked about");
        }
    }

    /** The answer of the HTTP door as text. */
    private static String http(NodeProcess node, String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(node.http() + path))
                .method(method, BodyPublishers.noBody())
                .timeout(PATIENCE)
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    /** The ids of the half messages that are listed, in order. */
    private static List<String> ids(String listed) {
        return Pattern.compile("\"id\":\"([0-9A-F]+)\"")
                .matcher(listed)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Test
    void whatItsProducerDoesNotDecideSomebodyDecidesByHand() throws IOException, InterruptedException {
        try (NodeProcess node = NodeProcess.up(
                        directory.resolve("data"),
                        "transactionTimeOut=1000",
                        "transactionCheckInterval=1000",
                        "transactionCheckMax=1");
                ApacheClient producer = new ApacheClient(Version.V5, node.nameServer(), directory)) {
            producer.tell("producer", "P_warm");
            producer.send("Deals", "t", "k", "plain");
            producer.tell("txproducer", "P_Deals", "UNKNOW");
            producer.tell("txsend", "Deals", base64("given up"), "UNKNOW");
            String givenUp = "/v1/transactions?state=given-up";
            await().atMost(PATIENCE)
                    .until(() -> !ids(http(node, "GET", givenUp)).isEmpty());
            assertThat(http(node, "GET", givenUp)).contains("\"topic\":\"Deals\"", "\"producerGroup\":\"P_Deals\"");
            String id = ids(http(node, "GET", givenUp)).get(0);
            assertThat(http(node, "POST", "/v1/transactions/" + id + "/commit")).isEqualTo("{\"result\":\"done\"}");
            assertThat(http(node, "POST", "/v1/transactions/" + id + "/ask"))
                    .isEqualTo("{\"result\":\"decided-before\"}");
            assertThat(ids(http(node, "GET", givenUp))).isEmpty();
            producer.process().kill();
            try (ApacheClient reader = new ApacheClient(Version.V4_9_8, node.nameServer(), directory)) {
                reader.tell("consumer", "C_Deals", "Deals", "*", "0");
                await().atMost(PATIENCE).until(() -> bodies(reader).contains("given up"));
                assertThat(bodies(reader)).containsExactlyInAnyOrder("plain", "given up");
            }
        }
    }

    /** The producer dies between half message and decision, then the node; another producer of the group decides. */
    @Test
    void anotherProducerOfTheGroupDecidesForOneThatDiedAndTheNodeMayBeKilledAtEachStep() {
        try (NodeProcess node = node()) {
            try (ApacheClient producer = new ApacheClient(Version.V4_9_8, node.nameServer(), directory)) {
                producer.tell("producer", "P_warm");
                producer.send("Deals", "t", "k", "plain");
                producer.tell("txproducer", "P_Deals", "UNKNOW");
                producer.tell("txsend", "Deals", base64("orphan"), "UNKNOW");
                producer.process().kill();
            }
            node.kill();
        }
        try (NodeProcess node = node()) {
            try (ApacheClient heir = new ApacheClient(Version.V5, node.nameServer(), directory)) {
                heir.tell("txproducer", "P_Deals", "COMMIT_MESSAGE");
                heir.tell("txsend", "Deals", base64("own"), "COMMIT_MESSAGE");
                heir.tell("consumer", "C_Deals", "Deals", "*", "0");
                await().atMost(PATIENCE).until(() -> bodies(heir).contains("orphan"));
            }
            node.kill();
        }
        try (NodeProcess node = node();
                ApacheClient reader = new ApacheClient(Version.V5, node.nameServer(), directory)) {
            reader.tell("txproducer", "P_Deals", "COMMIT_MESSAGE");
            reader.tell("consumer", "C_again", "Deals", "*", "0");
            await().atMost(PATIENCE).until(() -> bodies(reader).size() >= 3);
            assertThat(bodies(reader)).containsExactlyInAnyOrder("plain", "orphan", "own");
        }
    }
}

package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.NodeProcess;
import io.sluice.gateway.node.SpringApplication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Spring Boot application that knows nothing but the address of the name server. */
class SpringBootTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static NodeProcess node;
    private static SpringApplication application;

    @BeforeAll
    static void start() throws Exception {
        node = NodeProcess.up(directory.resolve("data"), "traceTopicEnable=true", "messageDelayLevel=1s 1s 1s 1s");
        for (String topic : List.of("SpringPlain", "SpringOrdered", "SpringRetry")) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(node.http() + "/v1/topics/" + topic))
                    .header("Content-Type", "application/json")
                    .PUT(BodyPublishers.noBody())
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(request, BodyHandlers.ofString())
                            .statusCode())
                    .isBetween(200, 201);
        }
        application = new SpringApplication(node.nameServer(), directory);
    }

    @AfterAll
    static void stop() {
        application.close();
        node.close();
    }

    @Test
    void whatItSendsSyncAsyncAndOneWayReachesItsListener() {
        assertThat(application.tell("sync", "SpringPlain:wanted", "by sync")).isEqualTo("SEND_OK");
        assertThat(application.tell("sync", "SpringPlain:other", "not for it")).isEqualTo("SEND_OK");
        assertThat(application.tell("async", "SpringPlain:wanted", "by async")).isEqualTo("SEND_OK");
        application.tell("oneway", "SpringPlain:wanted", "by one-way");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(application.got("plain"))
                .containsExactlyInAnyOrder("by sync", "by async", "by one-way"));
    }

    @Test
    void messagesWithOneKeyReachTheOrderlyListenerInOrder() {
        List<String> bodies = IntStream.range(0, 20).mapToObj(i -> "step " + i).toList();
        bodies.forEach(body -> application.tell("orderly", "SpringOrdered", body, "order-1"));
        await().atMost(PATIENCE).until(() -> application.got("ordered").size() >= bodies.size());
        assertThat(application.got("ordered")).isEqualTo(bodies);
    }

    @Test
    void aMessageWhoseListenerFailedComesAgain() {
        application.tell("sync", "SpringRetry", "stubborn");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(application.got("retry")).containsExactly("0 stubborn", "1 stubborn"));
    }

    @Test
    void itsTracesAreMessagesOfTheTraceTopic() {
        application.tell("sync", "SpringPlain:other", "traced");
        try (ApacheClient client = new ApacheClient(Version.V5, node.nameServer(), directory)) {
            await().atMost(PATIENCE).until(() -> Integer.parseInt(client.tell("pullall", "RMQ_SYS_TRACE_TOPIC")) > 0);
            assertThat(client.received())
                    .anySatisfy(trace -> assertThat(trace.body()).contains("Pub", "SpringPlain"));
        }
    }
}

package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.sluice.http.Door.Reply;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.MessageWriter;
import io.sluice.port.SendOutcome.Doubt;
import io.sluice.port.SendOutcome.Stored;
import io.sluice.port.SendOutcome.StoredWithDoubt;
import io.sluice.port.contract.ForwardingPort;
import io.sluice.port.contract.MemoryBroker;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What does not depend on any one call: paths, methods, origins, failures. */
class PathsTest {
    private final Door door = Door.open();

    @AfterEach
    void close() {
        door.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1",
                "/v1/topics/",
                "/v1/topics/a/b",
                "/v2/topics",
                "/v1//topics",
                "/console",
                "/v1/topics/%FF"
            })
    void aPathThatIsNotThereIsToldWithThePathsThatAre(String path) {
        Reply reply = door.get(path).isProblem(404, "no-such-path");

        assertThat(reply.at("/paths").toString()).contains("POST /v1/ack", "GET /metrics");
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE, /v1/ack, 'OPTIONS, POST'",
        "POST, /v1/topics, 'GET, HEAD, OPTIONS'",
        "PATCH, /v1/topics/a, 'DELETE, GET, HEAD, OPTIONS, PUT'",
        "PUT, /v1/topics/a/messages, 'GET, HEAD, OPTIONS, POST'",
        "POST, /v1/topics/a/stream, 'GET, OPTIONS'",
        "POST, /metrics, 'GET, HEAD, OPTIONS'"
    })
    void aMethodThatAPathDoesNotAnswerIsToldWithThoseItDoes(String method, String path, String allow) {
        Reply reply = door.method(method, path).isProblem(405, "method-not-allowed");

        assertThat(reply.header("Allow")).isEqualTo(allow);
    }

    @Test
    void theMethodsOfAPathCanBeAskedFor() {
        Reply reply = door.method("OPTIONS", "/v1/topics/a").is(204);

        assertThat(reply.header("Allow")).isEqualTo("DELETE, GET, HEAD, OPTIONS, PUT");
    }

    @Test
    void aHeadIsAnsweredLikeAGetWithoutItsBody() {
        Reply get = door.get("/v1/topics").is(200);
        Reply head = door.method("HEAD", "/v1/topics").is(200);

        assertThat(head.text()).isEmpty();
        assertThat(head.header("Content-Length")).isEqualTo(get.header("Content-Length"));
    }

    @Test
    void everyAnswerForbidsGuessingItsTypeAndKeepingIt() {
        Reply reply = door.get("/v1/topics").is(200);

        assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void aPageOfAnotherOriginIsTurnedAway() {
        String own = "http://127.0.0.1:" + door.port();
        assertThat(fromOrigin(door, own).status()).isEqualTo(201);
        fromOrigin(door, "http://evil.example").isProblem(403, "cross-origin");
        fromOrigin(door, "null").isProblem(403, "cross-origin");
        assertThat(door.broker.sends("orders")).hasSize(1);

        try (Door open = Door.open(config ->
                config.withListener(config.listener().withAllowedOrigins(Set.of("https://console.example"))))) {
            assertThat(fromOrigin(open, "https://console.example").status()).isEqualTo(201);
            fromOrigin(open, "http://evil.example").isProblem(403, "cross-origin");
        }
        try (Door all =
                Door.open(config -> config.withListener(config.listener().withAllowedOrigins(Set.of("*"))))) {
            assertThat(fromOrigin(all, "http://evil.example").status()).isEqualTo(201);
        }
    }

    private static Reply fromOrigin(Door door, String origin) {
        return door.call(door.request("/v1/topics/orders/messages")
                .header("Origin", origin)
                .POST(BodyPublishers.ofString("x"))
                .build());
    }

    @Test
    void anUnexpectedFailureIsToldAsAnIncidentThatIsAlsoInTheLog() {
        MemoryBroker broker = new MemoryBroker();
        ForwardingPort failing = new ForwardingPort(broker) {
            @Override
            public MessageWriter writer() {
                return (message, placement) ->
                        CompletableFuture.failedFuture(new IllegalStateException("secret detail"));
            }
        };
        Logger log = (Logger) LoggerFactory.getLogger("io.sluice.http.channel.Problems");
        ListAppender<ILoggingEvent> seen = new ListAppender<>();
        seen.start();
        log.addAppender(seen);
        log.setAdditive(false);
        try (Door broken = Door.open(broker, failing, config -> config)) {
            Reply reply = broken.post("/v1/topics/orders/messages", "x").isProblem(500, "internal");

            String incident = reply.at("/incident").asText();
            assertThat(incident).isNotBlank();
            assertThat(reply.text()).doesNotContain("secret detail");
            assertThat(seen.list).hasSize(1);
            assertThat(seen.list.get(0).getLevel()).isEqualTo(Level.ERROR);
            assertThat(seen.list.get(0).getFormattedMessage()).contains(incident);
            assertThat(seen.list.get(0).getThrowableProxy().getMessage()).isEqualTo("secret detail");
        } finally {
            log.detachAppender(seen);
            log.setAdditive(true);
        }
    }

    @ParameterizedTest
    @EnumSource(Doubt.class)
    void aMessageWhoseDurabilityIsInDoubtIsAcceptedAndNotCalledStored(Doubt doubt) {
        MemoryBroker broker = new MemoryBroker();
        ForwardingPort doubting = new ForwardingPort(broker) {
            @Override
            public MessageWriter writer() {
                return (message, placement) -> CompletableFuture.completedFuture(new StoredWithDoubt(
                        new Stored(new MessageQueue(new TopicName("orders"), "b", 1), 7, 8, "ID"), doubt));
            }
        };
        try (Door inDoubt = Door.open(broker, doubting, config -> config)) {
            Reply reply = inDoubt.post("/v1/topics/orders/messages", "x").is(202);

            assertThat(reply.at("/status").asText()).isEqualTo(doubt.name());
            assertThat(reply.at("/id").asText()).isEqualTo("ID");
            assertThat(reply.at("/offset").asLong()).isEqualTo(8);
        }
    }
}

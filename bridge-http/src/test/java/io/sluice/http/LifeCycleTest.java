package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.http.Door.Reply;
import io.sluice.http.channel.Bounds;
import io.sluice.http.channel.HttpListenerException;
import io.sluice.http.channel.ListenerConfig;
import io.sluice.http.channel.Patience;
import io.sluice.http.consume.ConsumeConfig;
import io.sluice.http.observe.HealthSource;
import io.sluice.model.Message;
import io.sluice.port.MessageWriter;
import io.sluice.port.Placement;
import io.sluice.port.SendOutcome;
import io.sluice.port.contract.ForwardingPort;
import io.sluice.port.contract.MemoryBroker;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LifeCycleTest {

    @Test
    void aClosingDoorIsNotReadyTakesNoNewCallsAndAnswersThoseThatWait() throws Exception {
        try (Door door = Door.open()) {
            door.put("/v1/topics/orders", "").is(201);
            CompletableFuture<Reply> waiting = door.postAsync("/v1/topics/orders/groups/g/pull?wait=60s");
            try (EventStream events = new EventStream(
                    HttpClient.newHttpClient(),
                    door.request("/v1/topics/orders/stream").GET().build())) {
                await().until(() -> events.lines.contains(": following"));
                await().until(() -> door.metric("sluice_http_long_polls_open") == 1);

                door.bridge.beginClosing();

                Reply pulled = waiting.orTimeout(60, TimeUnit.SECONDS).join().is(200);
                assertThat(pulled.text()).isEqualTo("{\"messages\":[]}");
                assertThat(pulled.header("Connection")).isEqualTo("close");
                assertThat(events.end).succeedsWithin(Duration.ofMinutes(1));
                assertThat(events.lines).contains(": the server is closing");
                Reply ready = door.get("/health/ready").isProblem(503, "not-ready");
                assertThat(ready.at("/reasons/0").asText()).contains("closing");
                door.get("/health/live").is(200);
                Reply refused = door.post("/v1/topics/orders/messages", "x").isProblem(503, "closing");
                assertThat(refused.header("Retry-After")).isEqualTo("5");
            }
        }
    }

    @Test
    void aCallAtWorkIsFinishedBeforeTheDoorCloses() {
        MemoryBroker broker = new MemoryBroker();
        CompletableFuture<Void> asked = new CompletableFuture<>();
        CompletableFuture<SendOutcome> outcome = new CompletableFuture<>();
        ForwardingPort slow = new ForwardingPort(broker) {
            @Override
            public MessageWriter writer() {
                return (message, placement) -> {
                    asked.complete(null);
                    return outcome;
                };
            }
        };
        Door door = Door.open(broker, slow, config -> config);
        CompletableFuture<Reply> sending = door.postAsync("/v1/topics/orders/messages");
        asked.join();

        CompletableFuture<Void> closed = CompletableFuture.runAsync(door.bridge::close);
        await().until(() -> door.get("/health/ready").status() == 503);
        assertThat(closed).isNotDone();
        broker.writer().send(Message.of("orders", "x"), Placement.ANY).thenAccept(outcome::complete);

        sending.orTimeout(60, TimeUnit.SECONDS).join().is(201);
        assertThat(closed).succeedsWithin(Duration.ofMinutes(1));
        assertThatThrownBy(() -> door.get("/health/live"))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(ConnectException.class);
        broker.close();
    }

    @Test
    void callsThatDoNotEndInTimeAreCutOff() {
        MemoryBroker broker = new MemoryBroker();
        CompletableFuture<Void> asked = new CompletableFuture<>();
        ForwardingPort never = new ForwardingPort(broker) {
            @Override
            public MessageWriter writer() {
                return (message, placement) -> {
                    asked.complete(null);
                    return new CompletableFuture<>();
                };
            }
        };
        Patience hasty = new Patience(
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofMillis(100));
        Door door = Door.open(
                broker, never, config -> config.withListener(config.listener().withPatience(hasty)));
        CompletableFuture<Reply> sending = door.postAsync("/v1/topics/orders/messages");
        asked.join();

        door.close();

        assertThat(sending).failsWithin(Duration.ofMinutes(1));
    }

    @Test
    void closingTwiceOrWithoutAStartIsHarmlessAndAClosedDoorDoesNotStart() {
        Door door = Door.open();
        door.close();
        door.close();
        assertThatThrownBy(door.bridge::start).isInstanceOf(IllegalStateException.class);

        MemoryBroker broker = new MemoryBroker();
        HttpBridge never = HttpBridge.open(HttpConfig.at("127.0.0.1", 0), broker, HealthSource.WELL);
        assertThatThrownBy(never::localPort).isInstanceOf(IllegalStateException.class);
        assertThatCode(never::close).doesNotThrowAnyException();
        broker.close();
    }

    @Test
    void anAddressThatIsTakenIsToldWithTheRemedy() {
        try (Door door = Door.open()) {
            HttpBridge second =
                    HttpBridge.open(HttpConfig.at("127.0.0.1", door.port()), door.broker, HealthSource.WELL);

            assertThatThrownBy(second::start)
                    .isInstanceOf(HttpListenerException.class)
                    .hasMessageContaining("127.0.0.1:" + door.port())
                    .hasMessageContaining("httpPort");
            second.close();
        }
    }

    @Test
    void noThreadOfTheDoorOutlivesIt() {
        Door door = Door.open();
        door.get("/v1/topics").is(200);
        assertThat(threads()).isPositive();

        door.close();

        await().until(() -> threads() == 0);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("http ") && thread.isAlive())
                .count();
    }

    @Test
    void numbersOutsideTheirRangeAreRefusedWhenTheConfigurationIsMade() {
        assertThatThrownBy(() -> HttpConfig.at("127.0.0.1", 70_000)).hasMessageContaining("70000");
        assertThatThrownBy(() -> HttpConfig.at("127.0.0.1", 0).withMessageMaxBytes(0))
                .hasMessageContaining("messageMaxBytes");
        assertThatThrownBy(() -> HttpConfig.at("127.0.0.1", 0).withNewTopicQueues(1025))
                .hasMessageContaining("1025");
        assertThatThrownBy(() -> Bounds.DEFAULT.withPolls(0)).hasMessageContaining("polls");
        assertThatThrownBy(() -> Patience.DEFAULT.withBody(Duration.ZERO)).hasMessageContaining("body");
        assertThatThrownBy(() -> ConsumeConfig.DEFAULT.withKeepAlive(Duration.ZERO))
                .hasMessageContaining("keepAlive");
        assertThatThrownBy(() -> new ListenerConfig("x", 0, 0, 1, Set.of(), Bounds.DEFAULT, Patience.DEFAULT))
                .hasMessageContaining("I/O thread");
    }
}

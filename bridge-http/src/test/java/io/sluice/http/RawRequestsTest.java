package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.http.channel.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a well-behaved client library never sends. */
class RawRequestsTest {
    private static final String SEND = "POST /v1/topics/orders/messages HTTP/1.1\r\nHost: x\r\n";

    private final Door door = Door.open(config -> config.withMessageMaxBytes(1000));

    @AfterEach
    void close() {
        door.close();
    }

    private RawPeer peer() throws IOException {
        return new RawPeer(door.port());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET\r\n\r\n",
                "GET /v1/topics HTTP/9.9.9\r\n\r\n",
                "\0\0\0\0\0\0",
                "GET /v1/topics HTTP/1.1\r\nHost : x\r\n\r\n",
                "GET /v1/topics HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
                "POST /v1/ack HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
                "POST /v1/ack HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na",
                "POST /v1/ack HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "POST /v1/ack HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n",
                "POST /v1/ack HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n"
            })
    void bytesThatAreNoRequestEndTheConnectionAndTheDoorLivesOn(String bytes) throws Exception {
        try (RawPeer peer = peer()) {
            String heard = peer.say(bytes).hearToTheEnd();

            assertThat(heard).matches("(?s)|HTTP/1.1 400 .*");
        }
        door.send("orders", "the door lives on");
    }

    @Test
    void aHeadOverItsBoundsEndsTheConnection() throws Exception {
        try (RawPeer peer = peer()) {
            assertThat(peer.say("GET /v1/topics HTTP/1.1\r\nX: " + "x".repeat(20_000) + "\r\n\r\n")
                            .hearToTheEnd())
                    .startsWith("HTTP/1.1 400 ");
        }
        try (RawPeer peer = peer()) {
            assertThat(peer.say("GET /v1/topics HTTP/1.1\r\n" + "X: x\r\n".repeat(200) + "\r\n")
                            .hearToTheEnd())
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void aBodyThatIsAnnouncedTooLargeIsRefusedBeforeItIsSent() throws Exception {
        try (RawPeer peer = peer()) {
            String heard = peer.say(SEND + "Content-Length: 1001\r\n\r\n").hear();

            assertThat(heard).startsWith("HTTP/1.1 413 ").contains("urn:sluice:too-large", "Connection: close");
        }
    }

    @Test
    void aPeerThatAsksBeforeItSendsIsToldToGoOnOrNot() throws Exception {
        try (RawPeer peer = peer()) {
            peer.say(SEND + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            assertThat(peer.hear()).startsWith("HTTP/1.1 100 ");
            assertThat(peer.say("hello").hear()).startsWith("HTTP/1.1 201 ");
            assertThat(peer.say(SEND + "Content-Length: 1\r\n\r\n!").hear()).startsWith("HTTP/1.1 201 ");
        }
        try (RawPeer peer = peer()) {
            String heard = peer.say(SEND + "Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n")
                    .hearToTheEnd();
            assertThat(heard).startsWith("HTTP/1.1 413 ");
        }
    }

    @Test
    void aPeerThatSendsItsTooLargeBodyAllTheSameStillSeesTheAnswer() throws Exception {
        try (RawPeer peer = peer()) {
            String heard = peer.say(SEND + "Content-Length: 12000000\r\n\r\n" + "x".repeat(12_000_000))
                    .hearToTheEnd();

            assertThat(heard).startsWith("HTTP/1.1 413 ").contains("urn:sluice:too-large");
        }
    }

    @Test
    void aChunkedBodyIsCutOffAtTheLimit() throws Exception {
        try (RawPeer peer = peer()) {
            String heard = peer.say(SEND + "Transfer-Encoding: chunked\r\n\r\n" + "100\r\n" + "x".repeat(256)
                            + "\r\n400\r\n" + "x".repeat(1024) + "\r\n0\r\n\r\n")
                    .hear();

            assertThat(heard).startsWith("HTTP/1.1 413 ");
        }
        assertThat(door.broker.sends("orders")).isEmpty();
    }

    @Test
    void aCallWithoutABodyTakesAnEmptyChunkedOneAndNoOther() throws Exception {
        door.put("/v1/topics/orders", "").is(201);
        String pull =
                "POST /v1/topics/orders/groups/g/pull?wait=0 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        try (RawPeer peer = peer()) {
            assertThat(peer.say(pull + "0\r\n\r\n").hear()).startsWith("HTTP/1.1 200 ");
            assertThat(peer.say(pull + "1\r\nx\r\n0\r\n\r\n").hear())
                    .startsWith("HTTP/1.1 400 ")
                    .contains("urn:sluice:bad-body");
        }
    }

    @Test
    void aBodyThatIsNotChunkedAsItSaysIsRefused() throws Exception {
        try (RawPeer peer = peer()) {
            String heard = peer.say(SEND + "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n")
                    .hearToTheEnd();

            assertThat(heard).matches("(?s)|HTTP/1.1 400 .*");
        }
        assertThat(door.broker.sends("orders")).isEmpty();
    }

    @Test
    void aBodyThatDoesNotArriveInTimeIsGivenUp() throws Exception {
        try (Door brisk = withPatience(patience -> patience.withBody(Duration.ofSeconds(1)));
                RawPeer peer = new RawPeer(brisk.port())) {
            String heard = peer.say(SEND + "Content-Length: 5\r\n\r\nhel").hear();

            assertThat(heard).startsWith("HTTP/1.1 408 ").contains("urn:sluice:body-too-slow", "3 bytes");
            assertThat(brisk.broker.sends("orders")).isEmpty();
        }
    }

    private static Door withPatience(UnaryOperator<Patience> changed) {
        return Door.open(config -> config.withListener(
                config.listener().withPatience(changed.apply(config.listener().patience()))));
    }

    @Test
    void aHeadThatDoesNotArriveInTimeEndsTheConnection() throws Exception {
        try (Door brisk = withPatience(patience -> patience.withHead(Duration.ofMillis(300)));
                RawPeer peer = new RawPeer(brisk.port())) {
            assertThat(peer.say("GET /v1/topics HTT").hearToTheEnd()).isEmpty();
        }
    }

    @Test
    void aBodyThatArrivesByteByByteIsTaken() throws Exception {
        try (RawPeer peer = peer()) {
            peer.say(SEND + "Content-Length: 5\r\n\r\n");
            for (char c : "hello".toCharArray()) {
                peer.say(String.valueOf(c));
            }
            assertThat(peer.hear()).startsWith("HTTP/1.1 201 ");
        }
    }

    @Test
    void aConnectionServesManyRequestsAndPipelinedOnesInOrder() throws Exception {
        try (RawPeer peer = peer()) {
            for (int i = 0; i < 3; i++) {
                assertThat(peer.say(SEND + "Content-Length: 1\r\n\r\n" + i).hear())
                        .startsWith("HTTP/1.1 201 ");
            }
            peer.say((SEND + "Content-Length: 1\r\n\r\na") + (SEND + "Content-Length: 1\r\n\r\nb")
                    + "GET /v1/topics HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(peer.hear()).startsWith("HTTP/1.1 201 ");
            assertThat(peer.hear()).startsWith("HTTP/1.1 201 ");
            assertThat(peer.hear()).startsWith("HTTP/1.1 200 ").contains("\"topics\"");
        }
    }

    @Test
    void aRequestBehindALongPollIsAnsweredAfterIt() throws Exception {
        door.put("/v1/topics/orders", "").is(201);
        try (RawPeer peer = peer()) {
            peer.say("POST /v1/topics/orders/groups/g/pull?wait=60s HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            await().until(() -> door.metric("sluice_http_long_polls_open") == 1);
            peer.say("GET /v1/topics HTTP/1.1\r\nHost: x\r\n\r\n");
            door.send("orders", "waited for");

            assertThat(peer.hear()).contains("waited for");
            assertThat(peer.hear()).contains("\"topics\"");
            assertThat(peer.say(SEND + "Content-Length: 1\r\n\r\na").hear()).startsWith("HTTP/1.1 201 ");
        }
    }

    @Test
    void aConnectionServesRequestsAfterALongPoll() throws Exception {
        door.put("/v1/topics/orders", "").is(201);
        String pull = "POST /v1/topics/orders/groups/g/pull?wait=50ms HTTP/1.1\r\nHost: x\r\n\r\n";
        try (RawPeer peer = peer()) {
            for (int i = 0; i < 5; i++) {
                assertThat(peer.say(pull).hear()).contains("{\"messages\":[]}");
            }
            assertThat(peer.say(SEND + "Content-Length: 1\r\n\r\na").hear()).startsWith("HTTP/1.1 201 ");
            assertThat(peer.say(pull).hear()).contains("\"data\":\"a\"");
        }
    }

    @Test
    void anHttp10PeerIsServedAndItsConnectionEnds() throws Exception {
        try (RawPeer peer = peer()) {
            assertThat(peer.say("GET /health/live HTTP/1.0\r\n\r\n").hearToTheEnd())
                    .startsWith("HTTP/1.0 200 ")
                    .endsWith("{\"status\":\"UP\"}");
        }
    }

    @Test
    void anOfferToUpgradeIsNotTakenUpAndTheRequestIsAnswered() throws Exception {
        try (RawPeer peer = peer()) {
            String heard = peer.say("GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                            + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
                    .hear();
            assertThat(heard).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void charactersThatShouldHaveBeenEscapedInTheUrlAreUnderstood() throws Exception {
        door.send("orders?tag=a", "A");
        door.send("orders?tag=b", "B");
        try (RawPeer peer = peer()) {
            String heard = peer.say(
                            "POST /v1/topics/orders/groups/g|1/pull?wait=0&tag=a||x HTTP/1.1\r\nHost: x\r\n\r\n")
                    .hear();
            assertThat(heard).contains("\"data\":\"A\"").doesNotContain("\"data\":\"B\"");
            byte[] utf8 = "é".getBytes(StandardCharsets.UTF_8);
            String raw = new String(utf8, StandardCharsets.ISO_8859_1);
            peer.say(
                    "POST /v1/topics/orders/messages?key=" + raw + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            assertThat(peer.hear()).startsWith("HTTP/1.1 201 ");
        }
        assertThat(door.broker.sends("orders").get(2).properties().keys()).containsExactly("é");
    }

    @Test
    void anAbsoluteRequestLineIsUnderstood() throws Exception {
        try (RawPeer peer = peer()) {
            assertThat(peer.say("GET http://x:80/v1/topics?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n")
                            .hear())
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void manyPeersThatSendOnlyHalfARequestDoNotHinderTheOthers() throws Exception {
        CountDownLatch served = new CountDownLatch(1);
        RawPeer[] idle = new RawPeer[50];
        try {
            for (int i = 0; i < idle.length; i++) {
                idle[i] = peer().say(SEND + "Content-Length: 5\r\n\r\nhe");
            }
            door.callAsync(door.request("/v1/topics").GET().build()).thenRun(served::countDown);
            assertThat(served.await(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            for (RawPeer peer : idle) {
                if (peer != null) {
                    peer.close();
                }
            }
        }
    }
}

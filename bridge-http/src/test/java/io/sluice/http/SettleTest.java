package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.http.Door.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettleTest {
    private final Door door = Door.open();
    private final List<String> receipts = new ArrayList<>();

    @BeforeEach
    void lendThree() {
        for (int i = 0; i < 3; i++) {
            door.send("orders?queue=0", "m" + i);
        }
        door.pull("orders", "billing", "wait=0")
                .at("/messages")
                .forEach(message -> receipts.add(message.get("receipt").asText()));
        assertThat(receipts).hasSize(3);
    }

    @AfterEach
    void close() {
        door.close();
    }

    private int attemptsOfNext() {
        return door.pull("orders", "billing", "wait=0")
                .at("/messages/0/attempt")
                .asInt();
    }

    @Test
    void anAcknowledgedMessageIsGoneAndARepeatSaysTheSame() {
        Reply first = door.post("/v1/ack", receipts.get(0)).is(200);
        Reply again = door.post("/v1/ack", receipts.get(0)).is(200);

        assertThat(first.text())
                .isEqualTo("{\"results\":[{\"receipt\":\"%s\",\"result\":\"done\"}]}".formatted(receipts.get(0)));
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(door.broker.openLeases()).isEqualTo(2);
    }

    @Test
    void aReceiptMayComeAsTextAsAJsonStringInAnObjectOrInAList() {
        door.post("/v1/ack", ("\"" + receipts.get(0) + "\"").getBytes(StandardCharsets.UTF_8), "application/json")
                .is(200);
        door.post("/v1/ack", "{\"receipt\":\"" + receipts.get(1) + "\"}").is(200);
        door.post("/v1/ack", "{\"receipts\":[\"" + receipts.get(2) + "\"]}").is(200);

        assertThat(door.broker.openLeases()).isZero();
        assertThat(door.metric("sluice_http_settlements_total{result=\"done\",verb=\"ack\"}"))
                .isEqualTo(3);
    }

    @Test
    void aReceiptIsTakenWithBlanksAroundItAndWithTheContentTypeThatCurlAssumes() {
        door.post(
                        "/v1/ack",
                        (" " + receipts.get(0) + "\n").getBytes(StandardCharsets.UTF_8),
                        "application/x-www-form-urlencoded")
                .is(200);

        assertThat(door.broker.openLeases()).isEqualTo(2);
    }

    @Test
    void severalAreSettledTogetherAndTheAnswerKeepsTheirOrder() {
        Reply reply = door.post("/v1/ack", "{\"receipts\":[\"%s\",\"%s\"]}".formatted(receipts.get(2), receipts.get(0)))
                .is(200);

        assertThat(reply.at("/results/0/receipt").asText()).isEqualTo(receipts.get(2));
        assertThat(reply.at("/results/1/receipt").asText()).isEqualTo(receipts.get(0));
        assertThat(door.broker.openLeases()).isEqualTo(1);
    }

    @Test
    void aReturnedMessageComesAtOnceWithOneMoreAttempt() {
        door.post("/v1/nack", receipts.get(0)).is(200);

        assertThat(attemptsOfNext()).isEqualTo(2);
    }

    @Test
    void aMessageReturnedWithADelayComesLater() {
        door.post("/v1/nack?delay=1h", receipts.get(0)).is(200);

        assertThat(door.pull("orders", "billing", "wait=0").at("/messages").size())
                .isZero();
    }

    @Test
    void anExtendedLeaseSaysWhenItEnds() {
        Instant before = Instant.now().minusMillis(1);
        Reply reply = door.post("/v1/extend?lease=2h", receipts.get(0)).is(200);

        assertThat(reply.at("/results/0/result").asText()).isEqualTo("done");
        assertThat(reply.at("/results/0/receipt").asText()).isNotBlank();
        assertThat(Instant.parse(reply.at("/results/0/leaseUntil").asText()))
                .isBetween(before.plusSeconds(7200), Instant.now().plusSeconds(7200));
    }

    @Test
    void aReceiptWhoseLeaseIsOverIsAConflictAndTheOthersAreSettledAllTheSame() {
        door.post("/v1/nack", receipts.get(0)).is(200);

        Reply reply = door.post("/v1/ack", "{\"receipts\":[\"%s\",\"%s\"]}".formatted(receipts.get(0), receipts.get(1)))
                .isProblem(409, "lease-over");

        assertThat(reply.at("/results/0/result").asText()).isEqualTo("lease-over");
        assertThat(reply.at("/results/1/result").asText()).isEqualTo("done");
        assertThat(door.broker.openLeases()).isEqualTo(1);
    }

    @Test
    void whatIsNoReceiptIsTold() {
        Reply reply = door.post("/v1/ack", "nonsense").isProblem(400, "not-a-receipt");

        assertThat(reply.at("/results/0/result").asText()).isEqualTo("not-a-receipt");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "{}",
                "{\"receipts\":[]}",
                "{\"receipts\":\"a\"}",
                "{\"receipts\":[1]}",
                "{\"receipts\":[\"a\",null]}",
                "{\"receipts\":[[\"a\"]]}",
                "{\"receipt\":1}",
                "{\"receipt\":\"a\",\"receipt\":\"b\"}",
                "{\"tickets\":[\"a\"]}",
                "{\"receipts\":[\"a\"]} more",
                "{\"receipts\":[\"a\"",
                "\"a",
                "\"\"",
                "two words",
                "ümlaut"
            })
    void aBodyThatIsNoReceiptIsRefused(String body) {
        door.post("/v1/ack", body).isProblem(400, "bad-body");
    }

    @Test
    void aBodyThatIsNotUtf8OrOfAnotherKindIsRefused() {
        door.post("/v1/ack", new byte[] {(byte) 0xFF}, "text/plain").isProblem(400, "bad-body");
        door.post("/v1/ack", new byte[] {'a'}, "application/xml").isProblem(415, "unsupported-media-type");
    }

    @Test
    void moreReceiptsThanTheBoundAreRefused() {
        String many = String.join(",", Collections.nCopies(1025, "\"a\""));

        door.post("/v1/ack", "{\"receipts\":[" + many + "]}").isProblem(400, "bad-body");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/nack?delay=13h", "/v1/extend?lease=0s", "/v1/extend?lease=13h"})
    void aTimeOutsideItsBoundsIsRefused(String path) {
        door.post(path, receipts.get(0)).isProblem(400, "bad-parameter");
    }

    @Test
    void anAcknowledgementTakesNoParameters() {
        Reply reply = door.post("/v1/ack?delay=1s", receipts.get(0)).isProblem(400, "unknown-parameter");

        assertThat(reply.at("/detail").asText()).contains("takes none");
        await().until(() -> door.broker.openLeases() == 3);
    }
}

package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.Door.Reply;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {
    private final Door door = Door.open();

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void aTopicIsCreatedWithTheDefaultsWhenNothingIsSaid() {
        Reply created = door.put("/v1/topics/orders", "").is(201);

        assertThat(created.text())
                .isEqualTo(
                        "{\"topic\":\"orders\",\"writeQueues\":8,\"readQueues\":8,\"readable\":true,\"writable\":true}");
    }

    @Test
    void aTopicIsCreatedAsToldAndWhatIsNotMentionedStaysWhenItIsChanged() {
        door.put("/v1/topics/orders", "{\"queues\":3}").is(201);

        Reply changed = door.put("/v1/topics/orders", "{\"readQueues\":5,\"writable\":false}")
                .is(200);

        assertThat(changed.text())
                .isEqualTo(
                        "{\"topic\":\"orders\",\"writeQueues\":3,\"readQueues\":5,\"readable\":true,\"writable\":false}");
        door.post("/v1/topics/orders/messages", "x").isProblem(409, "not-writable");
    }

    @Test
    void aTopicIsDescribedWithTheRangeOfEachQueue() {
        door.put("/v1/topics/orders", "{\"queues\":2}").is(201);
        door.send("orders?queue=1", "a");
        door.send("orders?queue=1", "b");

        Reply reply = door.get("/v1/topics/orders").is(200);

        assertThat(reply.at("/topic").asText()).isEqualTo("orders");
        assertThat(reply.at("/queues").toString())
                .isEqualTo("[{\"broker\":\"memory\",\"queue\":0,\"min\":0,\"max\":0},"
                        + "{\"broker\":\"memory\",\"queue\":1,\"min\":0,\"max\":2}]");
    }

    @Test
    void aTopicWithTheMostQueuesIsDescribedWhole() {
        door.put("/v1/topics/orders", "{\"queues\":1024}").is(201);

        assertThat(door.get("/v1/topics/orders").at("/queues").size()).isEqualTo(1024);
    }

    @Test
    void aDeletedTopicIsGone() {
        door.put("/v1/topics/orders", "").is(201);

        Reply deleted = door.method("DELETE", "/v1/topics/orders").is(204);
        assertThat(deleted.text()).isEmpty();
        door.get("/v1/topics/orders").isProblem(404, "no-such-topic");
        door.method("DELETE", "/v1/topics/orders").isProblem(404, "no-such-topic");
    }

    @Test
    void topicsAreListedInNameOrderPageByPage() {
        for (String name : List.of("c", "a", "b", "e", "d")) {
            door.put("/v1/topics/" + name, "").is(201);
        }

        List<String> seen = new ArrayList<>();
        String next = "";
        int pages = 0;
        do {
            Reply page = door.get("/v1/topics?limit=2&after=" + next).is(200);
            page.at("/topics").forEach(topic -> seen.add(topic.get("topic").asText()));
            next = page.at("/next").asText();
            pages++;
        } while (!next.isEmpty());

        assertThat(seen).containsExactly("a", "b", "c", "d", "e");
        assertThat(pages).isEqualTo(3);
        assertThat(door.get("/v1/topics").at("/topics").size()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "8",
                "{",
                "{\"queues\":0}",
                "{\"queues\":1025}",
                "{\"queues\":1.5}",
                "{\"queues\":99999999999}",
                "{\"queues\":\"8\"}",
                "{\"queues\":8,\"queues\":9}",
                "{\"readable\":1}",
                "{\"colour\":\"red\"}",
                "{} {}"
            })
    void aBodyThatIsNoSettingsIsRefusedAndNothingIsCreated(String body) {
        door.put("/v1/topics/orders", body).isProblem(400, "bad-body");

        door.get("/v1/topics/orders").isProblem(404, "no-such-topic");
    }

    @Test
    void anIllegalNameIsToldAsSuch() {
        door.put("/v1/topics/a%20b", "").isProblem(400, "bad-name");
        door.get("/v1/topics/a.b").isProblem(400, "bad-name");
    }
}

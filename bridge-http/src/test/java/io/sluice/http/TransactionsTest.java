package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.Door.Reply;
import io.sluice.port.HalfMessages;
import io.sluice.port.contract.MemoryBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TransactionsTest {
    private final List<String> asked = new ArrayList<>();
    private final MemoryBroker broker = new MemoryBroker();
    private final Door door = Door.open(broker, new WithHalves(), config -> config);

    @AfterEach
    void close() {
        door.close();
    }

    private final class WithHalves extends DelegatingPort {
        WithHalves() {
            super(broker);
        }

        @Override
        public HalfMessages halfMessages() {
            return new Halves();
        }
    }

    /** Writes down what it is asked. */
    private final class Halves implements HalfMessages {
        @Override
        public CompletionStage<Listed> list(State state, long from, int limit) {
            asked.add(state + " " + from + " " + limit);
            HalfMessage half =
                    new HalfMessage("ID7", state, "orders", 3, "sellers", "key-7", 1_700_000_000_000L, 2, 11);
            return CompletableFuture.completedFuture(
                    new Listed(List.of(half), from == 0 ? OptionalLong.of(42) : OptionalLong.empty()));
        }

        @Override
        public CompletionStage<Decided> decide(String id, Decision decision) {
            asked.add(id + " " + decision);
            return CompletableFuture.completedFuture(
                    switch (id) {
                        case "ID7" -> Decided.DONE;
                        case "ID8" -> Decided.DECIDED_BEFORE;
                        default -> Decided.NOT_FOUND;
                    });
        }
    }

    @Test
    void halfMessagesAreListedByTheirStatePageByPage() {
        Reply first = door.get("/v1/transactions").is(200);
        assertThat(first.text())
                .isEqualTo("{\"transactions\":[{\"id\":\"ID7\",\"state\":\"pending\",\"topic\":\"orders\",\"queue\":3,"
                        + "\"producerGroup\":\"sellers\",\"uniqueKey\":\"key-7\",\"since\":\"2023-11-14T22:13:20.000Z\","
                        + "\"asked\":2,\"bodyBytes\":11}],\"next\":42}");
        Reply rest = door.get("/v1/transactions?state=given-up&from=42&limit=7").is(200);
        assertThat(rest.at("/transactions/0/state").asText()).isEqualTo("given-up");
        assertThat(rest.json().has("next")).isFalse();
        assertThat(asked).containsExactly("PENDING 0 100", "GIVEN_UP 42 7");
        door.get("/v1/transactions?state=lost").isProblem(400, "bad-parameter");
        door.get("/v1/transactions?limit=1001").isProblem(400, "bad-parameter");
    }

    @Test
    void oneIsDecidedByHand() {
        assertThat(door.post("/v1/transactions/ID7/commit").is(200).text()).isEqualTo("{\"result\":\"done\"}");
        assertThat(door.post("/v1/transactions/ID8/rollback").is(200).text())
                .isEqualTo("{\"result\":\"decided-before\"}");
        assertThat(door.post("/v1/transactions/ID7/ask").is(200).text()).isEqualTo("{\"result\":\"done\"}");
        door.post("/v1/transactions/ID9/commit").isProblem(404, "no-such-transaction");
        assertThat(asked).containsExactly("ID7 COMMIT", "ID8 ROLLBACK", "ID7 ASK", "ID9 COMMIT");
    }

    @Test
    void aBrokerThatHasNoneToShowSaysSo() {
        try (Door plain = Door.open()) {
            plain.get("/v1/transactions").isProblem(501, "not-supported");
            plain.post("/v1/transactions/ID7/commit").isProblem(501, "not-supported");
        }
    }
}

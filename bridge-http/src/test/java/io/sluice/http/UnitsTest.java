package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.Door.Reply;
import io.sluice.model.Message;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.Placement;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitsOfWork.Decision;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UnitsTest {
    private final Door door = Door.open();

    @AfterEach
    void close() {
        door.close();
    }

    private void prepare(String id, String... texts) {
        List<UnitOfWork.Send> sends = List.of(texts).stream()
                .map(text -> new UnitOfWork.Send(Message.of("out", text), Placement.ANY))
                .toList();
        door.broker
                .units()
                .prepare(new UnitOfWork(id, sends, List.of()))
                .toCompletableFuture()
                .join();
    }

    @Test
    void whatIsPreparedIsListedInPages() {
        prepare("xa:1:b:", "12", "345");
        prepare("xa:1:a:");
        Reply first = door.get("/v1/units?limit=1").is(200);
        assertThat(first.at("/units/0/id").asText()).isEqualTo("xa:1:a:");
        assertThat(first.at("/next").asText()).isEqualTo("xa:1:a:");
        Reply second = door.get("/v1/units?after=xa:1:a:").is(200);
        assertThat(second.at("/units").size()).isEqualTo(1);
        assertThat(second.at("/units/0/broker").asText()).isEqualTo("memory");
        assertThat(second.at("/units/0/state").asText()).isEqualTo("prepared");
        assertThat(second.at("/units/0/messages").asInt()).isEqualTo(2);
        assertThat(second.at("/units/0/settlements").asInt()).isZero();
        assertThat(second.at("/units/0/bytes").asInt()).isEqualTo(5);
        assertThat(second.at("/units/0/since").asText()).endsWith("Z");
        assertThat(second.at("/next").isMissingNode()).isTrue();
        door.get("/v1/units?limit=1001").isProblem(400, "bad-parameter");
    }

    @Test
    void anOperatorDecidesAndForgets() {
        prepare("xa:1:a:", "x");
        prepare("xa:1:b:", "y");
        assertThat(door.post("/v1/units/xa:1:a:/commit", "").is(200).text()).isEqualTo("{\"outcome\":\"committed\"}");
        assertThat(door.post("/v1/units/xa%3A1%3Ab%3A/rollback", "").is(200).text())
                .isEqualTo("{\"outcome\":\"rolled-back\"}");
        assertThat(door.broker.sends("out")).hasSize(1);
        Reply kept = door.get("/v1/units").is(200);
        assertThat(kept.at("/units/0/state").asText()).isEqualTo("heuristic-commit");
        assertThat(kept.at("/units/1/state").asText()).isEqualTo("heuristic-rollback");
        door.post("/v1/units/xa:1:a:/rollback", "").isProblem(409, "decided-before");
        assertThat(door.broker
                        .units()
                        .decide("xa:1:b:", Decision.COMMIT)
                        .toCompletableFuture()
                        .join())
                .isEqualTo(new DecisionOutcome.Heuristic(Decision.ROLLBACK));
        door.post("/v1/units/xa:1:a:/forget", "").is(204);
        door.post("/v1/units/xa:1:b:/forget", "").is(204);
        assertThat(door.get("/v1/units").at("/units").size()).isZero();
    }

    @Test
    void whatIsNotThereOrNotDecidedIsToldSo() {
        prepare("u");
        door.post("/v1/units/nobody/commit", "").isProblem(404, "no-such-unit");
        door.post("/v1/units/nobody/rollback", "").isProblem(404, "no-such-unit");
        door.post("/v1/units/nobody/forget", "").isProblem(404, "no-such-unit");
        door.post("/v1/units/u/forget", "").isProblem(400, "illegal-argument");
    }

    @Test
    void anIdIsShownWithoutControlCharacters() {
        Reply told = door.post("/v1/units/no%0Abody/commit", "");
        told.isProblem(404, "no-such-unit");
        assertThat(told.at("/detail").asText()).endsWith("no?body");
    }
}

package io.sluice.perf.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.perf.target.TargetKind;
import io.sluice.perf.worker.ClientKind;
import org.junit.jupiter.api.Test;

class ScenarioTest {

    @Test
    void everyScenarioHasItsNameAndComparesSluiceFirst() {
        assertThat(Scenario.ALL).extracting(Scenario::name).doesNotHaveDuplicates();
        assertThat(Scenario.ALL)
                .allSatisfy(scenario ->
                        assertThat(scenario.contestants().get(0).target()).isEqualTo(TargetKind.SLUICE));
    }

    @Test
    void kafkasClientLoadsKafkaAloneAndNothingElseLoadsIt() {
        assertThat(Scenario.ALL).allSatisfy(scenario -> assertThat(scenario.contestants())
                .allSatisfy(contestant -> assertThat(contestant.client() == ClientKind.KAFKA)
                        .isEqualTo(contestant.target() == TargetKind.KAFKA)));
    }

    @Test
    void contestantsOfAScenarioHaveFilesOfTheirOwn() {
        assertThat(Scenario.ALL).allSatisfy(scenario -> assertThat(scenario.contestants())
                .extracting(Contestant::id)
                .doesNotHaveDuplicates());
    }
}

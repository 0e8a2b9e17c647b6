package io.sluice.perf.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.perf.limit.Limit;
import io.sluice.perf.limit.Limits;
import io.sluice.perf.measure.Result;
import io.sluice.perf.report.Bound;
import io.sluice.perf.report.Row;
import io.sluice.perf.report.Run;
import io.sluice.perf.report.Verdict;
import io.sluice.perf.target.TargetKind;
import io.sluice.perf.worker.ClientKind;
import io.sluice.perf.worker.LoadRequest;
import io.sluice.perf.worker.Measured;
import io.sluice.perf.worker.NodeUsage;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.Histogram;
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

    @Test
    void everyScenarioAsksForWhatItsClientsCanDo() {
        ComparePlan plan =
                new ComparePlan(Path.of("."), Path.of("."), Path.of("java"), Path.of("."), 1024, 1, 1, 1, 1, false);
        // The request refuses what a client cannot do.
        for (Scenario scenario : Scenario.ALL) {
            for (Contestant contestant : scenario.contestants()) {
                LoadRequest request = scenario.request(contestant, "127.0.0.1:1", "127.0.0.1:2", plan);
                assertThat(request.client()).isEqualTo(contestant.client());
                assertThat(request.plan().ratePerSecond()).isEqualTo(scenario.rate());
            }
        }
    }

    private static Row row(String name, double rate, long nodeMicrosPerMessage, long latencyNanos, long allocated) {
        Histogram latency = new Histogram(3);
        latency.recordValue(latencyNanos);
        Result result = new Result((long) rate, 0, 1, latency, new long[0]);
        NodeUsage.Sample used =
                new NodeUsage.Sample((long) rate * nodeMicrosPerMessage * 1000, (long) rate * allocated, 100_000_000);
        return Row.of(Bound.NONE, List.of(new Run("s", name, name, new Measured(result, 0, used))));
    }

    @Test
    void goalsAreJudgedByTheRowsTheyName() {
        List<Row> rows = List.of(row("ours", 3000, 2, 250_000, 150), row("theirs", 1000, 8, 1, 1));

        assertThat(Goal.rate(0, 3, 1).judge(rows))
                .isEqualTo(new Verdict("rate of ours at least 3.00 x that of theirs", "3.00 x", true));
        assertThat(Goal.rate(0, 3.1, 1).judge(rows).reached()).isFalse();
        assertThat(Goal.rateAtLeast(3000).judge(rows).reached()).isTrue();
        assertThat(Goal.nodeTime(0.25, 1).judge(rows).reached()).isTrue();
        assertThat(Goal.nodeTime(0.24, 1).judge(rows).measured()).isEqualTo("0.25 x");
        assertThat(Goal.within(99.6, 0.3).judge(rows).goal()).isEqualTo("ours: p99.6 under 0.3 ms");
        assertThat(Goal.within(99.6, 0.3).judge(rows).reached()).isTrue();
        assertThat(Goal.within(99.6, 0.2).judge(rows).reached()).isFalse();
        assertThat(Goal.allocation(0, 151).judge(rows).reached()).isTrue();
        assertThat(Goal.allocation(0, 150).judge(rows).reached()).isFalse();
        assertThat(Goal.resident(101).judge(rows).reached()).isTrue();
        assertThat(Goal.resident(99).judge(rows).measured()).isEqualTo("100 MB");
    }

    @Test
    void boundsInBytesAreHeldAgainstTheBodiesAlone() {
        Limits limits = new Limits(List.of(
                new Limit(Limits.WRITE_FRESH, "", 128, "MB/s"),
                new Limit(Limits.ECHO_CALLERS, "", 5000, "frames/s"),
                new Limit(Limits.ECHO_PACED_P99_6, "", 0.25, "ms")));

        assertThat(BoundRule.WRITE_FRESH.of(limits, 128).perSecond()).isEqualTo(1_000_000);
        assertThat(BoundRule.ECHO_CALLERS.of(limits, 128).perSecond()).isEqualTo(5000);
        assertThat(BoundRule.ECHO_PACED.of(limits, 128)).isEqualTo(Bound.late(Limits.ECHO_PACED_P99_6, 0.25));
        assertThat(BoundRule.GROUP_COMMIT.of(limits, 128)).isEqualTo(Bound.NONE);
        assertThat(BoundRule.NONE.of(limits, 128)).isEqualTo(Bound.NONE);
    }
}

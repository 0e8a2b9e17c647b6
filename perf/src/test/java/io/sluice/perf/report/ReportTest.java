package io.sluice.perf.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.perf.measure.Result;
import io.sluice.perf.worker.Measured;
import io.sluice.perf.worker.NodeUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static Run run(String contestant, long messages, long nodeMicros) {
        Histogram latency = new Histogram(3);
        latency.recordValueWithCount(2_000_000, 996);
        latency.recordValueWithCount(9_000_000, 4);
        Result result = new Result(messages, 0, 2, latency, new long[] {messages / 2, messages / 2});
        NodeUsage.Sample used = new NodeUsage.Sample(messages * nodeMicros * 1000, messages * 150, 200_000_000);
        return new Run(
                "sync",
                contestant,
                contestant.toLowerCase(java.util.Locale.ROOT),
                new Measured(result, messages * 5000, used));
    }

    private static Row row(String contestant, long nodeMicros, long... messages) {
        List<Run> runs = Arrays.stream(messages)
                .mapToObj(count -> run(contestant, count, nodeMicros))
                .toList();
        return Row.of(Bound.rate("an echo", 1000), runs);
    }

    private static Section section() {
        return new Section(
                "sync",
                "sync <send>",
                List.of(row("Ours", 2, 200), row("Theirs", 8, 100)),
                List.of(new Verdict("at least 1.3 x", "2.00 x", true), new Verdict("under 1 ms", "2.000 ms", false)));
    }

    @Test
    void aFixedRateIsHeldAgainstALatency() {
        Row row = Row.of(Bound.late("an echo, p99.6", 0.5), List.of(run("Ours", 100, 1)));

        assertThat(row.ofBound()).isBetween(3.9, 4.1);
        assertThat(Table.bound(row)).isEqualTo("Ours: p99.6 4.00 x an echo, p99.6 (0.500 ms)");
    }

    @Test
    void aRowIsTheMedianOfItsRunsWithTheirSpread() {
        Row row = row("A", 4, 300, 100, 200);

        assertThat(row.rate()).isEqualTo(100);
        assertThat(row.lowest()).isEqualTo(50);
        assertThat(row.highest()).isEqualTo(150);
        assertThat(row.nodeMicros()).isEqualTo(4);
        assertThat(row.clientMicros()).isEqualTo(5);
        assertThat(row.allocated()).isEqualTo(150);
        assertThat(row.residentMb()).isEqualTo(200);
        assertThat(row.percentileMs(50)).isBetween(1.99, 2.01);
        assertThat(row.percentileMs(99.996)).isBetween(8.9, 9.1);
        assertThat(Row.median(new double[] {1, 3})).isEqualTo(2);
    }

    @Test
    void theTableTellsRatiosToTheFirstAndToTheLimitAndWhatBecameOfTheGoals() {
        assertThat(Table.of(section()))
                .contains("sync: sync <send>, single run")
                .contains("Ours to Theirs: rate 2.00 x, node CPU 0.25 x")
                .contains("Ours: 0.100 x an echo (1,000/s)")
                .contains("reached  goal: at least 1.3 x; measured: 2.00 x")
                .contains("missed   goal: under 1 ms; measured: 2.000 ms");
    }

    @Test
    void thePageIsWellFormedNeedsNoNetworkAndPlotsEveryContestant() throws Exception {
        String page = HtmlReport.of("a < b", List.of(section()));

        String body = page.substring(page.indexOf("<body>"), page.indexOf("</html>"));
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new java.io.ByteArrayInputStream(body.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        assertThat(document.getElementsByTagName("svg").getLength()).isEqualTo(2);
        assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(4);
        assertThat(page).doesNotContain("http:", "https:", "src=", "NaN");
        assertThat(page).contains("sync &lt;send&gt;", "a &lt; b", "class=\"reached\"", "class=\"missed\"");
    }

    @Test
    void linesOfAGridHaveRoundValues() {
        assertThat(Plot.roundStep(0)).isEqualTo(1);
        assertThat(Plot.roundStep(11_636)).isEqualTo(20_000);
        assertThat(Plot.roundStep(21_000)).isEqualTo(25_000);
        assertThat(Plot.roundStep(60)).isEqualTo(100);
    }

    @Test
    void runsAreKeptAsJsonLinesAndHistogramsAndReadAgain(@TempDir Path directory) throws Exception {
        Path results = directory.resolve("results");
        new ResultFiles(results).keep(run("A", 200, 2));
        ResultFiles files = new ResultFiles(results);
        files.keep(run("A", 400, 2));
        files.keep(run("B", 100, 2));

        List<String> lines = Files.readAllLines(results.resolve("runs.jsonl"));
        JsonNode second = new ObjectMapper().readTree(lines.get(1));
        assertThat(lines).hasSize(3);
        assertThat(second.path("ratePerSecond").asDouble()).isEqualTo(200);
        assertThat(second.path("latencyMs").path("p99.6").asDouble()).isBetween(1.99, 2.01);
        assertThat(second.path("latencyMs").path("p99.996").asDouble()).isBetween(8.9, 9.1);
        assertThat(second.path("perSecond")).hasSize(2);
        assertThat(results.resolve("sync-a-1.hgrm")).content().contains("Total count");
        assertThat(results.resolve("sync-a-2.hgrm")).exists();
        Row read = Row.of(Bound.NONE, new ResultFiles(results).runs("sync", "a"));
        Row kept = row("A", 2, 200, 400);
        assertThat(read.rate()).isEqualTo(kept.rate()).isEqualTo(150);
        assertThat(read.nodeMicros()).isEqualTo(kept.nodeMicros());
        assertThat(read.clientMicros()).isEqualTo(kept.clientMicros());
        assertThat(read.allocatedMbPerS()).isEqualTo(kept.allocatedMbPerS());
        assertThat(read.residentMb()).isEqualTo(kept.residentMb());
        assertThat(read.latency()).isEqualTo(kept.latency());
    }
}

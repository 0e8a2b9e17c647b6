package io.sluice.perf.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.perf.measure.Result;
import io.sluice.perf.measure.ResultLine;
import io.sluice.perf.worker.Measured;
import io.sluice.perf.worker.NodeUsage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keeps runs in a directory: one JSON line each in {@code runs.jsonl}, one {@code .hgrm} file each. Runs that are kept later
 * in the same directory come behind the earlier ones, and all are read back.
 */
public final class ResultFiles {
    private static final double[] PERCENTILES = {50, 90, 99, 99.6, 99.9, 99.99, 99.996, 100};
    private static final double NANOS_PER_MS = 1e6;

    private final ObjectMapper json = new ObjectMapper();
    private final Path directory;
    private final Path lines;

    public ResultFiles(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.lines = directory.resolve("runs.jsonl");
    }

    public Path directory() {
        return directory;
    }

    public void keep(Run run) throws IOException {
        int earlier = runs(run.scenario(), run.id()).size();
        Files.writeString(
                lines, json.writeValueAsString(line(run)) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Result result = run.measured().result();
        if (result.latency().getTotalCount() > 0) {
            Path file = directory.resolve("%s-%s-%d.hgrm".formatted(run.scenario(), run.id(), earlier + 1));
            try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
                result.latency().outputPercentileDistribution(out, NANOS_PER_MS);
            }
        }
    }

    private ObjectNode line(Run run) {
        Measured measured = run.measured();
        Result result = measured.result();
        ObjectNode line = json.createObjectNode()
                .put("at", Instant.now().toString())
                .put("scenario", run.scenario())
                .put("contestant", run.contestant())
                .put("id", run.id())
                .put("messages", result.messages())
                .put("errors", result.errors())
                .put("seconds", result.seconds())
                .put("ratePerSecond", result.rate())
                .put("nodeMicrosPerMessage", measured.nodeMicros())
                .put("clientMicrosPerMessage", measured.clientMicros())
                .put("nodeBytesAllocatedPerMessage", measured.allocatedPerMessage())
                .put("nodeMegabytesAllocatedPerSecond", measured.allocatedMbPerSecond())
                .put("nodeResidentBytes", measured.node().residentBytes())
                .put("nodeCpuNanos", measured.node().cpuNanos())
                .put("nodeAllocatedBytes", measured.node().allocatedBytes())
                .put("clientCpuNanos", measured.clientCpuNanos());
        if (result.latency().getTotalCount() > 0) {
            ObjectNode latency = line.putObject("latencyMs");
            for (double part : PERCENTILES) {
                latency.put(
                        "p" + (part == 100 ? "100" : String.valueOf(part).replaceAll("\\.0$", "")),
                        result.percentileMs(part));
            }
        }
        line.set(
                "perSecond",
                json.valueToTree(Arrays.stream(result.perSecond()).boxed().toList()));
        return line.put("result", ResultLine.write(result));
    }

    /** All runs that were kept here, in the order they were kept. */
    public List<Run> runs() throws IOException {
        List<Run> runs = new ArrayList<>();
        if (Files.exists(lines)) {
            for (String line : Files.readAllLines(lines)) {
                runs.add(run(json.readTree(line)));
            }
        }
        return runs;
    }

    /** Those of one contestant in one scenario. */
    public List<Run> runs(String scenario, String id) throws IOException {
        return runs().stream()
                .filter(run -> run.scenario().equals(scenario) && run.id().equals(id))
                .toList();
    }

    private static Run run(JsonNode line) {
        return new Run(
                line.path("scenario").asText(),
                line.path("contestant").asText(),
                line.path("id").asText(),
                new Measured(
                        ResultLine.read(line.path("result").asText()),
                        line.path("clientCpuNanos").asLong(),
                        new NodeUsage.Sample(
                                line.path("nodeCpuNanos").asLong(),
                                line.path("nodeAllocatedBytes").asLong(),
                                line.path("nodeResidentBytes").asLong())));
    }

    /** Writes the page with the plots. */
    public Path page(String html) throws IOException {
        return Files.writeString(directory.resolve("report.html"), html);
    }
}

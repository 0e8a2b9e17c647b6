package io.sluice.perf.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.perf.measure.Result;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Keeps runs in a directory: one JSON line each in {@code runs.jsonl}, one {@code .hgrm} file each. */
public final class ResultFiles {
    private static final double[] PERCENTILES = {50, 90, 99, 99.6, 99.9, 99.99, 99.996, 100};
    private static final double NANOS_PER_MS = 1e6;

    private final ObjectMapper json = new ObjectMapper();
    private final Path directory;

    public ResultFiles(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    public Path directory() {
        return directory;
    }

    public void keep(Run run) throws IOException {
        Files.writeString(
                directory.resolve("runs.jsonl"),
                json.writeValueAsString(line(run)) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        Result result = run.measured().result();
        if (result.latency().getTotalCount() > 0) {
            Path file = directory.resolve("%s-%s-%d.hgrm".formatted(run.scenario(), run.id(), run.round()));
            try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
                result.latency().outputPercentileDistribution(out, NANOS_PER_MS);
            }
        }
    }

    private ObjectNode line(Run run) {
        Result result = run.measured().result();
        ObjectNode line = json.createObjectNode()
                .put("scenario", run.scenario())
                .put("contestant", run.contestant())
                .put("round", run.round())
                .put("messages", result.messages())
                .put("errors", result.errors())
                .put("seconds", result.seconds())
                .put("ratePerSecond", result.rate())
                .put("nodeMicrosPerMessage", run.measured().nodeMicros())
                .put("clientMicrosPerMessage", run.measured().clientMicros())
                .put("nodeBytesAllocatedPerMessage", run.measured().allocatedPerMessage())
                .put("nodeResidentBytes", run.measured().node().residentBytes());
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
        return line;
    }

    /** Writes the page with the plots. */
    public Path page(String html) throws IOException {
        return Files.writeString(directory.resolve("report.html"), html);
    }
}

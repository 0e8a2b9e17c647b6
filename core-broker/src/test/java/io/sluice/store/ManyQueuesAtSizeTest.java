package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * 40,000 queues in a real process on a real disk: stopped, opened, killed and opened again. Asserts what it costs in memory
 * and files; how long it took is in the log, one line per run. Topics by the system property {@code sluice.topics}.
 */
@Tag("crash")
class ManyQueuesAtSizeTest {
    private static final Logger log = LoggerFactory.getLogger(ManyQueuesAtSizeTest.class);
    private static final int TOPICS = Integer.getInteger("sluice.topics", 10_000);

    @TempDir
    Path directory;

    @Test
    void manyQueuesCostFewMappingsAndLittleMemory() throws Exception {
        run("first messages, then a proper stop", 3, "close");
        assertQueues(run("opened after it; killed while queues are written", 1, "kill"));
        assertQueues(run("opened after it; killed at rest", 1, "kill-at-rest"));
        assertQueues(run("opened after it, then a proper stop", 1, "close"));
        assertQueues(run("opened after it, then a proper stop", 0, "close"));
    }

    private static void assertQueues(Map<String, Long> figures) {
        assertThat(figures).containsEntry("queues", (long) TOPICS * ManyQueuesNode.QUEUES_PER_TOPIC);
    }

    private Map<String, Long> run(String what, int messages, String end) throws IOException, InterruptedException {
        Process node = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ManyQueuesNode.class.getName(),
                        directory.resolve("store").toString(),
                        Integer.toString(TOPICS),
                        Integer.toString(messages),
                        end)
                .redirectError(new File(directory.toFile(), "node.err"))
                .start();
        Map<String, Long> figures = new TreeMap<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("figure ")) {
                    String[] words = line.split(" ");
                    figures.put(words[1], Long.parseLong(words[2]));
                }
            }
        } finally {
            node.waitFor();
        }
        log.info("{}: {}", what, figures);
        assertThat(figures.get("mappedFiles")).as("mapped files").isLessThanOrEqualTo(4);
        assertThat(figures.get("openFiles")).as("open files").isLessThanOrEqualTo(264);
        assertThat(figures.get("residentMb")).as("resident memory, MB").isLessThan(1536);
        return figures;
    }
}

package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.channel.ProblemType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/doors/http.md says what the code does. */
class DocumentationTest {
    private final String page = read();

    private static String read() {
        Path path = Path.of(System.getProperty("sluice.root"), "docs", "doors", "http.md");
        try {
            return Files.readString(path);
        } catch (IOException missing) {
            throw new AssertionError(path + " cannot be read", missing);
        }
    }

    @Test
    void theErrorCatalogueListsEveryTypeWithItsStatusAndNoOther() {
        List<String> rows = Pattern.compile("(?m)^\\| `(urn:sluice:[a-z-]+)` \\| (\\d+) \\|")
                .matcher(page)
                .results()
                .map(row -> row.group(1) + " " + row.group(2))
                .toList();

        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ProblemType.values())
                        .map(type -> type.urn() + " " + type.status())
                        .toList());
    }

    @Test
    void everyMetricIsExplainedAndEveryExplainedMetricExists() {
        try (Door door = Door.open()) {
            door.send("orders", "x");
            String receipt =
                    door.pull("orders", "g", "wait=0").at("/messages/0/receipt").asText();
            door.post("/v1/ack", receipt).is(200);
            List<String> families = Pattern.compile("(?m)^# TYPE (\\S+)")
                    .matcher(door.get("/metrics").text())
                    .results()
                    .map(family -> family.group(1))
                    .toList();
            List<String> explained = Pattern.compile("`(sluice_http_[a-z_]+)")
                    .matcher(page)
                    .results()
                    .map(MatchResult::group)
                    .map(name -> name.substring(1))
                    .toList();

            assertThat(explained).containsExactlyInAnyOrderElementsOf(families);
        }
    }

    @Test
    void everyPathIsDescribed() {
        try (Door door = Door.open()) {
            door.get("/nowhere").at("/paths").forEach(route -> assertThat(page)
                    .contains(route.asText().split(" ")[1]));
        }
    }
}

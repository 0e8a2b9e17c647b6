package io.sluice.perf.limit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Limits kept in a file, so that a short run need not measure them again. */
public final class LimitsFile {
    /** A machine may change; limits older than this are not used. */
    private static final Duration KEPT = Duration.ofHours(12);

    private final ObjectMapper json = new ObjectMapper();
    private final Path file;

    public LimitsFile(Path file) {
        this.file = file;
    }

    /** @param conditions what they were measured with; limits are read again for the same only */
    public void write(String conditions, Limits limits) throws IOException {
        ObjectNode kept = json.createObjectNode()
                .put("conditions", conditions)
                .put("measuredAt", Instant.now().toString());
        ArrayNode all = kept.putArray("limits");
        for (Limit limit : limits.all()) {
            all.addObject()
                    .put("name", limit.name())
                    .put("detail", limit.detail())
                    .put("value", limit.value())
                    .put("unit", limit.unit());
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        json.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), kept);
    }

    /** Absent when there are none, they are old, or were measured under other conditions. */
    public Optional<Limits> read(String conditions) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        JsonNode kept = json.readTree(file.toFile());
        boolean isFresh = Instant.parse(kept.path("measuredAt").asText("1970-01-01T00:00:00Z"))
                .isAfter(Instant.now().minus(KEPT));
        if (!isFresh || !kept.path("conditions").asText().equals(conditions)) {
            return Optional.empty();
        }
        List<Limit> limits = new ArrayList<>();
        for (JsonNode limit : kept.path("limits")) {
            limits.add(new Limit(
                    limit.path("name").asText(),
                    limit.path("detail").asText(),
                    limit.path("value").asDouble(),
                    limit.path("unit").asText()));
        }
        return Optional.of(new Limits(limits));
    }
}

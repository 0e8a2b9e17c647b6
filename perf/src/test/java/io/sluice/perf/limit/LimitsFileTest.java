package io.sluice.perf.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitsFileTest {
    private static final Limits LIMITS = new Limits(List.of(new Limit(Limits.LOOPBACK, "64 KB", 1234.5, "MB/s")));

    @TempDir
    Path directory;

    @Test
    void limitsAreReadAgainForTheSameConditionsOnly() throws Exception {
        LimitsFile file = new LimitsFile(directory.resolve("below/limits.json"));
        assertThat(file.read("frames of 4 bytes")).isEmpty();

        file.write("frames of 4 bytes", LIMITS);

        assertThat(file.read("frames of 4 bytes")).contains(LIMITS);
        assertThat(file.read("frames of 8 bytes")).isEmpty();
    }

    @Test
    void oldLimitsAreNotUsed() throws Exception {
        Path kept = directory.resolve("limits.json");
        new LimitsFile(kept).write("same", LIMITS);
        Files.writeString(kept, Files.readString(kept).replaceAll("\"20\\d\\d-", "\"1999-"));

        assertThat(new LimitsFile(kept).read("same")).isEmpty();
    }
}

package io.sluice.perf.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryInUseTest {
    @TempDir
    Path directory;

    @Test
    void theFileIsAsLongAsWhatIsToBeFilledAndGoneAtTheEnd() throws Exception {
        Path file = directory.resolve("filler");
        try (MemoryInUse memory = new MemoryInUse(file, 3_000_000)) {
            memory.fill();
            memory.fill();
            assertThat(file).hasSize(3_000_000);
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void aMachineKnowsItsMemory() {
        assertThat(Machine.memoryBytes()).isGreaterThan(Runtime.getRuntime().maxMemory());
    }
}

package io.sluice.perf.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class TimerSlackTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void theCallingThreadIsWokenInTime() throws Exception {
        if (TimerSlack.shorten()) {
            Path own = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
            assertThat(Path.of("/proc").resolve(own).resolve("timerslack_ns"))
                    .content()
                    .isEqualToIgnoringWhitespace("1000");
        }
    }
}

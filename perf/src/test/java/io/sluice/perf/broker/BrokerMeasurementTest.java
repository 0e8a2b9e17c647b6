package io.sluice.perf.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.perf.store.Figure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measurement itself, on a few messages: that every figure comes and nothing is left behind. */
class BrokerMeasurementTest {
    @TempDir
    Path directory;

    @Test
    void leasesAreHeldAgainstPlainReadingOfTheSameMessages() throws Exception {
        List<Figure> figures = new ArrayList<>();
        BrokerMeasurement.run(BrokerScenario.LEASE, new BrokerPlan(directory, 600, 0, 16), figures::add);
        assertThat(figures).hasSize(2 * 2 * 7).allSatisfy(figure -> {
            assertThat(figure.scenario()).isEqualTo("lease");
            assertThat(figure.value()).isPositive();
        });
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }
}

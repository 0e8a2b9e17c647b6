package io.sluice.perf.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DrainTest {

    @Test
    void theFirstMessagesAreWarmUp() throws InterruptedException {
        Drain drain = new Drain(20, 100, LoadWatch.SILENT);
        for (int i = 0; i < 100; i++) {
            drain.received();
        }
        Result result = drain.await(5);

        assertThat(result.messages()).isEqualTo(80);
        assertThat(result.errors()).isZero();
        assertThat(result.rate()).isPositive();
    }

    @Test
    void whatDoesNotComeIsAnError() throws InterruptedException {
        Drain drain = new Drain(1, 10, LoadWatch.SILENT);
        for (int i = 0; i < 7; i++) {
            drain.received();
        }
        Result result = drain.await(1);

        assertThat(result.messages()).isEqualTo(6);
        assertThat(result.errors()).isEqualTo(3);
    }

    @Test
    void aBacklogThatIsAllWarmUpIsRefused() {
        assertThatThrownBy(() -> new Drain(10, 10, LoadWatch.SILENT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("within 1..9");
    }
}

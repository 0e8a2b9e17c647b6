package io.sluice.perf.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class DrainTest {
    /** Receives so many messages as soon as the drain has seen those that are not measured. */
    private static Result drain(int skip, int expected, int rest) {
        AtomicReference<Drain> drain = new AtomicReference<>();
        drain.set(new Drain(skip, expected, new LoadWatch() {
            @Override
            public void measuring() {
                receive(drain.get(), rest);
            }
        }));
        receive(drain.get(), skip);
        return drain.get().await(1);
    }

    private static void receive(Drain drain, int messages) {
        for (int i = 0; i < messages; i++) {
            drain.received();
        }
    }

    @Test
    void theFirstMessagesAreNotMeasured() {
        Result result = drain(20, 100, 80);

        assertThat(result.messages()).isEqualTo(80);
        assertThat(result.errors()).isZero();
        assertThat(result.rate()).isPositive();
    }

    @Test
    void aBacklogThatIsEmptyBeforeAnybodyLooksIsMeasured() {
        Drain drain = new Drain(20, 100, LoadWatch.SILENT);
        receive(drain, 100);

        Result result = drain.await(1);

        assertThat(result.messages()).isEqualTo(80);
        assertThat(result.errors()).isZero();
        assertThat(result.rate()).isPositive().isFinite();
    }

    @Test
    void whatDoesNotComeIsAnError() {
        Result result = drain(1, 10, 6);

        assertThat(result.messages()).isEqualTo(6);
        assertThat(result.errors()).isEqualTo(3);
    }

    @Test
    void whatComesTwiceIsAnErrorAndNotCounted() {
        Result result = drain(2, 10, 9);

        assertThat(result.messages()).isEqualTo(8);
        assertThat(result.errors()).isEqualTo(1);
    }

    @Test
    void aBacklogWithoutAnythingToMeasureIsRefused() {
        assertThatThrownBy(() -> new Drain(10, 10, LoadWatch.SILENT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("within 1..9");
    }
}

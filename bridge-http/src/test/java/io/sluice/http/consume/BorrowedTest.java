package io.sluice.http.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BorrowedTest {
    private final AtomicInteger released = new AtomicInteger();
    private final Borrowed memory = new Borrowed(released::incrementAndGet);

    @Test
    void memoryIsGivenBackOnce() {
        memory.giveBack();
        memory.giveBack();

        assertThat(released).hasValue(1);
        assertThat(memory.read(() -> "read")).isEmpty();
    }

    @Test
    void memoryThatIsBeingReadIsGivenBackWhenTheReadingIsDone() {
        assertThat(memory.read(() -> {
                    memory.giveBack();
                    assertThat(released).hasValue(0);
                    return "read";
                }))
                .contains("read");

        assertThat(released).hasValue(1);
    }

    @Test
    void aReadingThatFailsGivesBackWhatIsNotWantedAnyMore() {
        assertThatThrownBy(() -> memory.read(() -> {
                    memory.giveBack();
                    throw new IllegalStateException("broken");
                }))
                .hasMessage("broken");

        assertThat(released).hasValue(1);
    }
}

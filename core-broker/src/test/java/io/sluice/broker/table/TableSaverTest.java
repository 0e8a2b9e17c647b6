package io.sluice.broker.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.SluiceException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableSaverTest {
    private final List<String> written = new ArrayList<>();
    private final Deque<Runnable> delayed = new ArrayDeque<>();
    private String content = "old";
    private boolean refuses;
    private final TableSaver saver = new TableSaver("the table", this::later, () -> content, this::write);

    private void later(Duration delay, Runnable step) {
        if (delay.isZero()) {
            step.run();
        } else {
            delayed.add(step);
        }
    }

    private void write(String text) {
        if (refuses) {
            throw new SluiceException("refused on purpose");
        }
        written.add(text);
    }

    @Test
    void howeverManyWritesFailOneIsTriedAgainUntilTheFileIsWritten() {
        refuses = true;
        for (int i = 0; i < 3; i++) {
            assertThat(saver.save().toCompletableFuture()).isCompletedExceptionally();
        }
        saver.saveNow();
        assertThat(delayed).hasSize(1);
        delayed.remove().run();
        assertThat(delayed).hasSize(1);
        refuses = false;
        content = "new";
        delayed.remove().run();
        assertThat(written).containsExactly("new");
        assertThat(delayed).isEmpty();
        refuses = true;
        saver.saveNow();
        assertThat(delayed).hasSize(1);
    }

    @Test
    void whoMustNotGoOnWithoutTheFileIsTold() {
        refuses = true;
        assertThatThrownBy(saver::saveOrFail).hasMessage("refused on purpose");
        assertThat(delayed).isEmpty();
        refuses = false;
        saver.saveOrFail();
        assertThat(written).containsExactly("old");
    }
}

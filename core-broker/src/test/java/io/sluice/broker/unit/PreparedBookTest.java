package io.sluice.broker.unit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.port.PreparedUnit.State;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PreparedBookTest {
    private static PreparedBook.Entry entry(String id, State state, long sinceMs) {
        return new PreparedBook.Entry(id, state, 0, 1, new UnitSummary(sinceMs, 0, 10), 0, 0, sinceMs, Long.MAX_VALUE);
    }

    @Test
    void whatIsTooOldIsToldInSlicesInTheOrderOfTheIds() {
        PreparedBook book = new PreparedBook(100, 100_000);
        IntStream.range(0, 5).forEach(i -> book.put(entry("u" + i, State.PREPARED, 100 + i)));
        book.put(entry("u1a", State.HEURISTIC_ROLLBACK, 100));
        assertThat(book.preparedBefore(104, "", 2))
                .extracting(PreparedBook.Entry::id)
                .containsExactly("u0", "u1");
        assertThat(book.preparedBefore(104, "u1", 2))
                .extracting(PreparedBook.Entry::id)
                .containsExactly("u2", "u3");
        assertThat(book.preparedBefore(104, "u3", 2)).isEmpty();
    }
}

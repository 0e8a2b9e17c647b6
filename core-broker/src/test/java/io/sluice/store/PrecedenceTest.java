package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrecedenceTest {
    @Test
    void anEntryStandsBeforeARecordOrBehindItAndWhileItIsMadeAgainThatIsNotTold() {
        LossyDisk disk = new LossyDisk(1);
        long between;
        try (MessageStore store = Stores.open(Stores.config(Stores.ROOT), disk)) {
            Stores.append(store, "T", 0, "before");
            between = store.logRange().max();
            Stores.append(store, "Else", 0, "what speaks of it");
            Stores.append(store, "T", 0, "behind");
        }
        disk.remove(Stores.ROOT.resolve("consumequeue/T/0/%020d".formatted(0)));
        try (MessageStore store = Stores.open(Stores.config(Stores.ROOT), disk)) {
            assertThat(store.precedence("T", 0, 0, between)).isEqualTo(Precedence.REBUILDING);
            assertThat(store.precedence("T", 0, 1, between)).isEqualTo(Precedence.REBUILDING);
            assertThat(store.mendNow()).isTrue();
            assertThat(store.precedence("T", 0, 0, between)).isEqualTo(Precedence.BEFORE);
            assertThat(store.precedence("T", 0, 1, between)).isEqualTo(Precedence.NOT_BEFORE);
            assertThat(store.precedence("T", 0, 2, between)).isEqualTo(Precedence.NOT_BEFORE);
            assertThat(store.precedence("None", 0, 0, between)).isEqualTo(Precedence.NOT_BEFORE);
        }
    }
}

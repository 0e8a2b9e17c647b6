package io.sluice.broker.lease;

import io.sluice.store.table.TableFile;
import java.util.Optional;
import java.util.function.Function;

/** One small text that survives restarts, replaced as a whole. */
interface KeptText {

    /** @param parse turns the text into a value, or throws any {@link RuntimeException} when the text is damaged */
    <T> Optional<T> load(Function<String, T> parse);

    /** On return the text survives a power cut. */
    void save(String text);

    /** A table of the store. */
    record InTable(TableFile file) implements KeptText {
        @Override
        public <T> Optional<T> load(Function<String, T> parse) {
            return file.load(parse);
        }

        @Override
        public void save(String text) {
            file.save(text);
        }
    }
}

package io.sluice.broker.table;

import io.sluice.store.MessageStore;
import io.sluice.store.table.TableFile;
import java.util.function.Consumer;

/**
 * The file of a table that says what became of messages, as offsets do: it is written when the disk has the log of the time that the
 * text speaks of. Otherwise a power cut could take the copy that a consumer asked for of a message that failed, and leave
 * the note that the message was consumed.
 *
 * <p>When the disk does not take the log, the file stays as it was: nothing is acknowledged any more, and the store says so.
 * May wait for the disk.
 */
public record BehindTheLog(MessageStore store, TableFile file) implements Consumer<String> {
    @Override
    public void accept(String text) {
        if (store.force(store.health().confirmedTo())) {
            file.save(text);
        }
    }
}

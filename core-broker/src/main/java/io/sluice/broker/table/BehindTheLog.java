package io.sluice.broker.table;

import io.sluice.model.SluiceException;
import io.sluice.store.MessageStore;
import io.sluice.store.table.TableFile;
import java.util.function.Consumer;

/**
 * The file of a table that says what became of messages, as offsets do: it is written when the disk has the log of the time that the
 * text speaks of. Otherwise a power cut could take the copy that a consumer asked for of a message that failed, and leave
 * the note that the message was consumed.
 *
 * <p>That is the whole log, also of a store whose senders wait for the disk: what the broker itself stores, such as that copy, is
 * answered without waiting. May wait for the disk.
 */
public record BehindTheLog(MessageStore store, TableFile file) implements Consumer<String> {
    /** @throws SluiceException when the disk did not take the log or the file; the file stays as it was */
    @Override
    public void accept(String text) {
        if (!store.force(store.logRange().max())) {
            throw new SluiceException(
                    "table %s stays as it was, because the disk did not take the log that it speaks of; look at the node's health and log, mend the disk and start again"
                            .formatted(file.path()));
        }
        file.save(text);
    }
}

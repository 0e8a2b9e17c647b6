/**
 * The key index: from the hash of topic and key to places in the log.
 *
 * <p>Derived from the log and made again from it when needed. Owner of the files' ends: whoever holds the index lock (the
 * log-index duty, or a look-up that does not want to miss what is waiting). In: key hashes in log order. Out: candidates,
 * newest first, which the caller compares with the real keys.
 * <br>Format: docs/formats/key-index.md. Never here: the keys as text.
 */
package io.sluice.store.index;

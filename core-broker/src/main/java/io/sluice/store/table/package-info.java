/**
 * Small tables as one text file each, replaced as a whole: what is read back is always something that was written whole.
 *
 * <p>In: text, and a check that understands it. Out: the newest text that passes the check. Format:
 * docs/formats/config-tables.md. Never here: what is in the text.
 */
package io.sluice.store.table;

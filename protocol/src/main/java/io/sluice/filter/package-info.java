/**
 * Parses and evaluates tag and SQL-92 expressions on message properties.
 *
 * <p>In: {@link io.sluice.model.FilterExpression}s, and messages as views or property look-ups. Out: compiled filters that
 * any thread may share, or a {@link io.sluice.filter.FilterSyntaxException} that says where the text went wrong.
 * <br>Language: docs/filters.md. Never here: who asked, which queue, what happens to a message that does not match.
 */
package io.sluice.filter;

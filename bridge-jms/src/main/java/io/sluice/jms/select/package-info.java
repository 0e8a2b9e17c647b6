/**
 * From message selectors to filters of the broker.
 *
 * <p>In: the text of a selector. Out: {@link io.sluice.jms.select.Selector}, a value, or an
 * {@link jakarta.jms.InvalidSelectorException} that says where the text went wrong. The language itself is
 * {@code io.sluice.filter}'s.
 */
package io.sluice.jms.select;

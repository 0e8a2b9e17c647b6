/**
 * Asks the broker and waits: bounded, interruptible, and with the exceptions that the JMS specification names.
 *
 * <p>In: stages of the port. Out: values, or a {@link jakarta.jms.JMSException} whose text says what was asked and what
 * would help. Owns no mutable state.
 */
package io.sluice.jms.call;

package io.sluice.broker.send;

import io.sluice.port.SendOutcome;

/**
 * What became of a message, and its own id.
 *
 * @param uniqueKey the id that the sender gave, or that the broker made; empty when nothing was stored
 */
public record Sent(SendOutcome outcome, String uniqueKey) {}

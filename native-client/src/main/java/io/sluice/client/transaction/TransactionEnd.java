package io.sluice.client.transaction;

import io.sluice.model.Message;

/**
 * A transaction that this producer has ended: by its local transaction, or asked by a broker.
 *
 * @param message    as the sender gave it, with its topic
 * @param uniqueKey  of the half message
 * @param brokerAddress {@code host:port} of the broker that was told
 * @param decision   commit or rollback
 * @param afterCheck whether the broker had asked
 */
public record TransactionEnd(
        Message message, String uniqueKey, String brokerAddress, Decision decision, boolean afterCheck) {}

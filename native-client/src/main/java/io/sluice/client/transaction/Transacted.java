package io.sluice.client.transaction;

import io.sluice.client.send.Sent;

/**
 * How a transactional send ended.
 *
 * @param half      where the half message lies
 * @param decision  of the local transaction; {@link Decision#ROLLBACK} when it was not run because the half message could not
 *                  reach the durability that the broker is configured for
 * @param confirmed whether the broker has said that the decision is stored; else it asks the producers of the group later
 */
public record Transacted(Sent half, Decision decision, boolean confirmed) {}

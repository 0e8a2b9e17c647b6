package io.sluice.broker.remoting;

import java.util.concurrent.Executor;

/**
 * Where handlers run that may wait for the disk; all others run on the event loop of the connection. A lane may reject work,
 * which is answered as busy.
 *
 * @param queries for single messages and times
 * @param admin   for administration
 */
public record Lanes(Executor queries, Executor admin) {}

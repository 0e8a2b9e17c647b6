/**
 * Gives a record its place in the log, its queue and the index in one go, and tells listeners when it can be read.
 *
 * <p>Owner: the append lock guards the order of everything here. In: new records. Out: results, arrivals.
 */
package io.sluice.store.dispatch;

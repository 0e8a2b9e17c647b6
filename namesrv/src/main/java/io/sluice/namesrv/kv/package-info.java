/**
 * Small settings that clients and tools keep at the name server, by namespace and key; above all which topics are ordered.
 *
 * <p>Owner: {@link io.sluice.namesrv.kv.KvSettings} behind one lock; every change is saved before it is answered.
 */
package io.sluice.namesrv.kv;

/**
 * What administrators change and ask: topics with everything that hangs on them, groups and their progress, the state of
 * the broker.
 *
 * <p>Owner: nobody; the tables and the store own what is changed. In: orders and questions of tools. Out: values. Questions
 * that may wait for the disk are asked on the lane for administration. Never here: how tools ask.
 */
package io.sluice.broker.admin;

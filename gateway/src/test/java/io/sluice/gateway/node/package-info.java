/** A whole node as a user runs it, and the clients that users have: what tests of the house as a whole are written in. */
package io.sluice.gateway.node;

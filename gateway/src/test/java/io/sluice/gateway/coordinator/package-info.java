/** A genuine transaction manager, Narayana, in the process of a test or in one of its own. */
package io.sluice.gateway.coordinator;

/** A real store with tables beside it, for tests of services that need no door. */
package io.sluice.broker.bench;

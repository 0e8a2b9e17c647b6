/** A real name server and real brokers in the process of the test. */
package io.sluice.client.live;

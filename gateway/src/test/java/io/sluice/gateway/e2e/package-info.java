/** Real clients against a real node in a process of its own: what a person with only the README can rely on. */
package io.sluice.gateway.e2e;

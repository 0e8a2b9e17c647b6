/** {@code sluice perf}: one class per command. */
package io.sluice.perf.cli;

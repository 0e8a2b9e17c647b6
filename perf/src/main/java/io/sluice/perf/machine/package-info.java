/** What the machine and its processes use: processor time, memory, allocation, versions. Linux only where it reads {@code /proc}. */
package io.sluice.perf.machine;

/** Operations to load a node with, one class per way to talk to it. */
package io.sluice.perf.load;

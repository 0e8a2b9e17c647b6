/**
 * Who runs and who closes: duties, the threads that own them, and stacks of what must be closed.
 *
 * <p>The only room that makes threads of its own and the only one that may pause one. Nothing else moves in here.
 */
package io.sluice.runtime;

/**
 * How long tests wait.
 *
 * <p>Owner: JUnit, which finds the extension here by itself. In: nothing. Out: the deadline of conditions that tests await.
 * <br>Never here: waits of the product.
 */
package io.sluice.patience;

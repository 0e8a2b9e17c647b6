/**
 * The nouns everybody uses: names, queues, messages and their properties, all immutable.
 *
 * <p>In: nothing. Out: values that any room may hold and any thread may share. Never here: input, output, threads,
 * or anything that only one room needs.
 */
package io.sluice.model;

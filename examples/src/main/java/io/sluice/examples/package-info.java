/**
 * One small program for each thing that the native client does. Each has a {@code main} that takes the name servers
 * (default {@code 127.0.0.1:9876}), needs a running node ({@code ./sluice up}), and ends by itself.
 *
 * <p>Owner: nobody; each program opens a client and closes it. <br>In: an address. Out: lines on standard output.
 */
package io.sluice.examples;

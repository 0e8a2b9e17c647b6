/**
 * A genuine Apache RocketMQ client as a child process, told what to do line by line. Compiled once per client version,
 * so that tests run unmodified clients without their libraries on the tests' own class path.
 */
package io.sluice.peers;

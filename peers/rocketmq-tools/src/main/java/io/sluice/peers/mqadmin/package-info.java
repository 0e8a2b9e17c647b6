/** The genuine administration tool as a child process that runs one command after another, told line by line. */
package io.sluice.peers.mqadmin;

/** A Spring Boot application on the unmodified starter of Apache RocketMQ, as a child process told what to do line by line. */
package io.sluice.peers.spring;

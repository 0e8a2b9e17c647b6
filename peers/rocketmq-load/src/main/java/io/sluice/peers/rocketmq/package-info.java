/** Loads through the unmodified Apache RocketMQ client, against any broker that speaks its protocol. */
package io.sluice.peers.rocketmq;

package io.sluice.wire.body;

/**
 * Whether a group pulls or pops a topic.
 *
 * @param mode             {@code PULL} or {@code POP}
 * @param popShareQueueNum how many clients share a queue; 0: all
 */
public record MessageRequestMode(String topic, String consumerGroup, String mode, int popShareQueueNum)
        implements Body {}

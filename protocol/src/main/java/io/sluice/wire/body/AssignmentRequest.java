package io.sluice.wire.body;

/** A client asks which queues it shall take. */
public record AssignmentRequest(
        String topic, String consumerGroup, String clientId, String strategyName, String messageModel)
        implements Body {}

package io.sluice.mqtt.deliver;

/**
 * What a subscription was granted (MQTT-5.0 §3.8.3.1). Retain As Published and Retain Handling have no place here, because
 * no message is retained.
 *
 * @param qos        the most that messages are delivered with, 0..2
 * @param noLocal    the subscriber does not want its own messages
 * @param identifier told with each message, 1..268435455; 0: none
 */
public record SubscriptionOptions(int qos, boolean noLocal, int identifier) {}

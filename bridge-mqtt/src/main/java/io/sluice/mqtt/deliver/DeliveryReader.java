package io.sluice.mqtt.deliver;

import io.sluice.mqtt.message.Delivery;
import io.sluice.mqtt.message.MessageMapping;
import io.sluice.mqtt.topic.MqttTopic;
import io.sluice.wire.message.BodyCodec.CompressionException;
import io.sluice.wire.message.MessageView;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes deliveries of records that somebody wants; counts those that nobody can or shall have. Safe for many threads. */
final class DeliveryReader {
    private static final Logger log = LoggerFactory.getLogger(DeliveryReader.class);

    private final Traffic traffic;
    /** Whether the operator has been told of a body that does not inflate: once, however many follow. */
    private final AtomicBoolean toldUnreadable = new AtomicBoolean();

    DeliveryReader(Traffic traffic) {
        this.traffic = traffic;
    }

    /** Nothing when the message has expired, or when its body does not inflate. */
    Optional<Delivery> read(MessageView view, MqttTopic topic) {
        Delivery delivery;
        try {
            delivery = MessageMapping.toDelivery(view, topic);
        } catch (CompressionException damaged) {
            traffic.droppedUnreadable.increment();
            if (toldUnreadable.compareAndSet(false, true)) {
                log.warn(
                        "message {} of topic {} is not delivered to MQTT subscribers, further ones like it are only counted: {}",
                        view.messageId(),
                        view.topic(),
                        damaged.getMessage());
            }
            return Optional.empty();
        }
        if (delivery.isExpired(System.currentTimeMillis())) {
            traffic.droppedExpired.increment();
            return Optional.empty();
        }
        return Optional.of(delivery);
    }
}

package io.sluice.mqtt.session;

import io.sluice.mqtt.deliver.Traffic;
import io.sluice.mqtt.message.MessageMapping;
import io.sluice.mqtt.message.Publication;
import io.sluice.port.MessageWriter;
import io.sluice.port.Placement;
import io.sluice.port.SendOutcome;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a client leaves to be published when it goes without saying good-bye (MQTT-5.0 §3.1.2.5). A Will Delay Interval never
 * counts: the will is due when the delay is over or the session ends, and the session ends with the connection.
 */
final class Will {
    private static final Logger log = LoggerFactory.getLogger(Will.class);

    private final Optional<Publication> publication;
    private final MessageWriter writer;
    private final Traffic traffic;
    private final String clientId;

    Will(Optional<Publication> publication, MessageWriter writer, Traffic traffic, String clientId) {
        this.publication = publication;
        this.writer = writer;
        this.traffic = traffic;
        this.clientId = clientId;
    }

    /** Completes when the will is stored or refused; never fails. */
    CompletionStage<Void> publish() {
        if (publication.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        Publication will = publication.get();
        Placement placement = new Placement.ByShardingKey(will.topic().name());
        return writer.send(MessageMapping.toMessage(will, "", System.currentTimeMillis()), placement)
                .handle((outcome, failure) -> {
                    if (outcome instanceof SendOutcome.Stored) {
                        traffic.published.increment();
                    } else {
                        traffic.publishesRefused.increment();
                        log.warn(
                                "the will of client {} was not stored safely: {}",
                                clientId,
                                failure == null ? outcome : failure);
                    }
                    return null;
                });
    }
}

package io.sluice.client.consume;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.RouteCache;
import io.sluice.client.send.Sender;
import io.sluice.model.GroupName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SendCommands;
import io.sluice.wire.frame.FrameBody;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a message that could not be handled back to the broker that holds it, which stores it in the group's retry topic,
 * or in its dead-letter topic when no attempt is left. If that broker cannot do so, the message itself is sent to the
 * retry topic. Any thread.
 */
final class SendBack {
    private static final Logger log = LoggerFactory.getLogger(SendBack.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int DEAD_LETTER_NOW = -1;
    /** Delay level of the first retry, 10 s; each further attempt takes the next one. */
    private static final int FIRST_RETRY_LEVEL = 3;

    private final ClusterLink link;
    private final RouteCache routes;
    private final Sender sender;
    private final GroupName group;
    private final int retriesMax;

    SendBack(ClusterLink link, RouteCache routes, Sender sender, GroupName group, int retriesMax) {
        this.link = link;
        this.routes = routes;
        this.sender = sender;
        this.group = group;
        this.retriesMax = retriesMax;
    }

    /** Completes when the message is safe in one of the group's topics. */
    CompletionStage<Void> retry(ReceivedMessage message, int delayLevel) {
        return back(message, delayLevel);
    }

    /** Completes when the message is safe in the group's dead-letter topic. */
    CompletionStage<Void> giveUp(ReceivedMessage message) {
        return back(message, DEAD_LETTER_NOW);
    }

    private CompletionStage<Void> back(ReceivedMessage message, int delayLevel) {
        CompletableFuture<Void> safe = new CompletableFuture<>();
        askBroker(message, delayLevel).whenComplete((done, failure) -> {
            if (failure == null) {
                safe.complete(null);
                return;
            }
            log.info(
                    "message is sent to the retry topic, its broker does not take it back: group={} id={} cause={}",
                    group,
                    message.messageId(),
                    ClusterLink.causeOf(failure).getMessage());
            sendItself(message, delayLevel).whenComplete((sent, again) -> {
                if (again == null) {
                    safe.complete(null);
                } else {
                    safe.completeExceptionally(ClusterLink.causeOf(again));
                }
            });
        });
        return safe;
    }

    private CompletionStage<?> askBroker(ReceivedMessage message, int delayLevel) {
        String broker = message.queue().brokerName();
        return routes.primary(broker)
                .<CompletionStage<?>>map(address -> link.ask(
                        "taking back message " + message.messageId(),
                        address,
                        ClusterLink.request(
                                RequestCode.CONSUMER_SEND_MSG_BACK,
                                new SendCommands.SendBack(
                                        message.logOffset(),
                                        group.value(),
                                        delayLevel,
                                        message.uniqueKey(),
                                        message.topic().value(),
                                        false,
                                        retriesMax),
                                FrameBody.NONE),
                        TIMEOUT))
                .orElseGet(() -> CompletableFuture.failedFuture(
                        new RefusedException(Refusal.UNAVAILABLE, "broker %s has no primary now".formatted(broker))));
    }

    /** More deliveries than the limit make the broker store it as a dead letter. */
    private CompletionStage<?> sendItself(ReceivedMessage message, int delayLevel) {
        int deliveries = message.attempt();
        int limit = delayLevel == DEAD_LETTER_NOW ? deliveries - 1 : retriesMax;
        int level = delayLevel > 0 ? delayLevel : FIRST_RETRY_LEVEL + deliveries - 1;
        return sender.sendToRetryTopic(message.message(), group, deliveries, limit, level);
    }
}

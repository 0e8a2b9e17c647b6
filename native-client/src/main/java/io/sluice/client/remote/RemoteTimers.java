package io.sluice.client.remote;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.Refusals;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.Timers;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.WaitingMessagesBody;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SendCommands.RecallMessage;
import io.sluice.wire.command.TimerCommands.ListTimed;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.message.RecallHandle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Messages that wait, over the wire: a recall goes to the broker that the handle names, a list is put together of the
 * answers of all brokers of the topic. Brokers of another make know recalls (from 5.3 on, when allowed there) and no lists.
 */
public final class RemoteTimers implements Timers {
    private static final String RECALL = "recall of a message that waits";
    private static final String LIST = "lists of messages that wait";

    private final ClusterLink link;
    private final RouteCache routes;

    public RemoteTimers(ClusterLink link, RouteCache routes) {
        this.link = link;
        this.routes = routes;
    }

    @Override
    public CompletionStage<Boolean> recall(TopicName topic, String handle) {
        RecallHandle parsed;
        try {
            parsed = RecallHandle.parse(handle);
        } catch (IllegalArgumentException invalid) {
            return CompletableFuture.failedFuture(new RefusedException(Refusal.ILLEGAL_ARGUMENT, invalid.getMessage()));
        }
        return route(topic).thenCompose(route -> {
            String address = route.primary(parsed.brokerName())
                    .orElseThrow(() -> new RefusedException(
                            Refusal.ILLEGAL_ARGUMENT,
                            "the recall handle is for broker %s, which topic %s does not have"
                                    .formatted(parsed.brokerName(), topic)));
            Frame request = ClusterLink.request(
                    RequestCode.RECALL_MESSAGE, new RecallMessage("", topic.value(), handle), FrameBody.NONE);
            return link.call(address, request, link.config().requestTimeout()).handle((answer, failure) -> {
                if (failure != null) {
                    throw ClusterLink.unavailable(RECALL, failure);
                }
                return isRecalled(address, answer);
            });
        });
    }

    private static boolean isRecalled(String address, Frame answer) {
        boolean waitsNoMore = answer.code() == ResponseCode.ILLEGAL_OPERATION
                && Refusals.named(answer).isEmpty();
        if (answer.code() != ResponseCode.SUCCESS && !waitsNoMore) {
            throw Refusals.of(RECALL, address, answer);
        }
        return !waitsNoMore;
    }

    private CompletionStage<TopicRoute> route(TopicName topic) {
        return routes.find(topic)
                .thenApply(found -> found.orElseThrow(() -> new RefusedException(
                        Refusal.NO_SUCH_TOPIC, "topic %s does not exist; create it first".formatted(topic))));
    }

    @Override
    public CompletionStage<WaitingMessages> waiting(TopicName topic, int limit) {
        return route(topic).thenCompose(route -> {
            List<CompletableFuture<WaitingMessagesBody>> asked = new ArrayList<>();
            for (String address : route.primaries()) {
                asked.add(link.ask(LIST, address, RequestCode.LIST_TIMED, new ListTimed(topic.value(), limit))
                        .thenApply(answer -> Body.of(WaitingMessagesBody.class, answer))
                        .toCompletableFuture());
            }
            return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                    .thenApply(all ->
                            together(asked.stream().map(CompletableFuture::join).toList(), limit));
        });
    }

    private static WaitingMessages together(List<WaitingMessagesBody> answers, int limit) {
        List<Waiting> next = answers.stream()
                .flatMap(answer -> answer.next().stream())
                .map(one -> new Waiting(one.dueAt(), one.uniqueKey(), one.recallHandle(), one.bodyBytes()))
                .sorted(Comparator.comparingLong(Waiting::dueAtMs))
                .limit(limit)
                .toList();
        return new WaitingMessages(
                answers.stream().mapToLong(WaitingMessagesBody::total).sum(), next);
    }
}

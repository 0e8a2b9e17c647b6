package io.sluice.client.remote;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.Refusals;
import io.sluice.client.read.RecordSlices;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.MessageId;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.Hold;
import io.sluice.port.MessageLookup;
import io.sluice.port.Records;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.transport.Addresses;
import io.sluice.wire.command.QueryCommands.QueryMessage;
import io.sluice.wire.command.QueryCommands.ViewMessage;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Finds messages by key, at every broker of the topic, and by id, at the broker that the id names. */
public final class RemoteLookup implements MessageLookup {
    private static final int LIMIT_MAX = 64;

    private final ClusterLink link;
    private final RouteCache routes;

    public RemoteLookup(ClusterLink link, RouteCache routes) {
        this.link = link;
        this.routes = routes;
    }

    @Override
    public CompletionStage<Records> byKey(TopicName topic, String key, long fromMs, long toMs, int limit) {
        if (limit < 1 || limit > LIMIT_MAX || key.isEmpty()) {
            return CompletableFuture.failedFuture(new RefusedException(
                    Refusal.ILLEGAL_ARGUMENT,
                    "limit %d must be 1..%d and the key not empty".formatted(limit, LIMIT_MAX)));
        }
        return routes.find(topic).thenCompose(found -> {
            List<CompletableFuture<List<ByteBuffer>>> asked = new ArrayList<>();
            for (String address : found.map(TopicRoute::primaries).orElse(List.of())) {
                asked.add(ask(address, topic, key, fromMs, toMs).toCompletableFuture());
            }
            return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                    .thenApply(all -> newestFirst(asked, topic, key, fromMs, toMs, limit));
        });
    }

    private CompletionStage<List<ByteBuffer>> ask(String address, TopicName topic, String key, long fromMs, long toMs) {
        Frame request = ClusterLink.request(
                RequestCode.QUERY_MESSAGE,
                new QueryMessage(topic.value(), key, LIMIT_MAX, fromMs, toMs, false),
                FrameBody.NONE);
        return answered("messages of %s with a key".formatted(topic), address, request, ResponseCode.QUERY_NOT_FOUND);
    }

    /** The records of the answer; none when it has the code that means so. */
    private CompletionStage<List<ByteBuffer>> answered(String what, String address, Frame request, int noneCode) {
        return link.call(address, request, link.config().requestTimeout()).handle((answer, failure) -> {
            if (failure != null) {
                throw ClusterLink.unavailable(what, failure);
            }
            if (answer.code() == noneCode) {
                return List.of();
            }
            if (answer.code() != ResponseCode.SUCCESS) {
                throw Refusals.of(what, address, answer);
            }
            return RecordSlices.of(answer, address);
        });
    }

    /** An index finds by hash, so what it found is compared again. */
    private static Records newestFirst(
            List<CompletableFuture<List<ByteBuffer>>> answers,
            TopicName topic,
            String key,
            long fromMs,
            long toMs,
            int limit) {
        List<ByteBuffer> found = answers.stream()
                .flatMap(answer -> answer.join().stream())
                .filter(slice -> matches(MessageView.of(slice), topic, key, fromMs, toMs))
                .sorted(Comparator.comparing(
                                (ByteBuffer slice) -> MessageView.of(slice).storedAtMs())
                        .thenComparing(slice -> MessageView.of(slice).logOffset())
                        .reversed())
                .limit(limit)
                .toList();
        return new Records(found, Hold.NONE);
    }

    private static boolean matches(MessageView view, TopicName topic, String key, long fromMs, long toMs) {
        return view.topic().equals(topic.value())
                && view.storedAtMs() >= fromMs
                && view.storedAtMs() <= toMs
                && (key.equals(view.property(PropertyNames.UNIQUE_KEY))
                        || view.properties().keys().contains(key));
    }

    /** Only brokers of the cluster are asked: an id is text from outside and must not make this client call anybody. */
    @Override
    public CompletionStage<Records> byId(MessageId id) {
        String address = Addresses.text(id.storeHost());
        return routes.cluster().thenCompose(brokers -> {
            boolean known =
                    brokers.stream().anyMatch(broker -> broker.addresses().containsValue(address));
            if (!known) {
                return CompletableFuture.completedFuture(Records.NONE);
            }
            Frame request = ClusterLink.request(
                    RequestCode.VIEW_MESSAGE_BY_ID, new ViewMessage("", id.logOffset()), FrameBody.NONE);
            return answered("message " + id, address, request, ResponseCode.SYSTEM_ERROR)
                    .thenApply(slices -> new Records(slices, Hold.NONE));
        });
    }
}

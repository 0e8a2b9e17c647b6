package io.sluice.client.request;

import io.sluice.client.link.ClientClock;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.presence.Heartbeats;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.TopicRoute;
import io.sluice.client.send.Sender;
import io.sluice.client.send.Sent;
import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.SluiceException;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.transport.Peer;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SendCommands;
import io.sluice.wire.command.SendCommands.PushReply;
import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.message.BodyCodec;
import io.sluice.wire.message.PropertiesCodec;
import io.sluice.wire.message.SysFlag;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks and answers for one client. Any thread; nothing blocks. A broker passes a reply on to the client that asked, if that
 * has a producer there: so before the first question brokers are told of the producers of this client.
 */
public final class Requests implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Requests.class);
    /** Questions under way at once; one beyond is refused with {@link Refusal#OVERLOADED}. */
    private static final int QUESTIONS_MAX = 10_000;

    private static final String REPLY = "reply";
    private static final String REPLY_TOPIC_SUFFIX = "_REPLY_TOPIC";

    private final ClusterLink link;
    private final RouteCache routes;
    private final Heartbeats heartbeats;
    private final Map<String, CompletableFuture<Message>> questions = new ConcurrentHashMap<>();
    private volatile boolean closed;

    public Requests(ClusterLink link, RouteCache routes, Heartbeats heartbeats) {
        this.link = link;
        this.routes = routes;
        this.heartbeats = heartbeats;
        link.on(RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT, this::replied);
    }

    /**
     * Sends the question; completes with the reply. Fails with {@link NoReplyException} when none came in time, with
     * {@link io.sluice.client.send.SendFailedException} when the question was not stored, and with {@link RefusedException}
     * when too many are under way.
     *
     * @param sending stores the question
     * @param timeout for all together
     */
    public CompletionStage<Message> ask(
            Function<Message, CompletionStage<Sent>> sending, Message question, Duration timeout) {
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("timeout %s of a request must be positive".formatted(timeout));
        }
        if (questions.size() >= QUESTIONS_MAX) {
            return CompletableFuture.failedFuture(new RefusedException(
                    Refusal.OVERLOADED,
                    "%d requests wait for replies; wait for some of them".formatted(QUESTIONS_MAX)));
        }
        String id = UUID.randomUUID().toString();
        Message marked = question.withProperties(question.properties()
                .with(PropertyNames.CORRELATION_ID, id)
                .with(PropertyNames.REPLY_TO_CLIENT, link.clientId())
                .with(PropertyNames.TIME_TO_LIVE, Long.toString(timeout.toMillis())));
        CompletableFuture<Message> reply = new CompletableFuture<>();
        questions.put(id, reply);
        if (closed) {
            reply.completeExceptionally(closing());
        }
        ClientClock.Planned end = link.clock()
                .after(
                        timeout,
                        () -> reply.completeExceptionally(
                                new NoReplyException("no reply to a request on topic %s within %d ms"
                                        .formatted(question.topic(), timeout.toMillis()))));
        reply.whenComplete((came, failure) -> {
            end.cancel();
            questions.remove(id);
        });
        introduce(question.topic()).thenCompose(known -> sending.apply(marked)).exceptionally(failure -> {
            reply.completeExceptionally(ClusterLink.causeOf(failure));
            return null;
        });
        return reply;
    }

    private static RefusedException closing() {
        return new RefusedException(Refusal.UNAVAILABLE, "the client was closed before a reply came");
    }

    /** Ends the questions under way: no reply comes any more. */
    @Override
    public void close() {
        closed = true;
        questions.values().forEach(reply -> reply.completeExceptionally(closing()));
    }

    /** Completes when every broker of the topic knows the producers of this client, or could not be reached. */
    private CompletionStage<?> introduce(TopicName topic) {
        return routes.forSending(topic).thenCompose(route -> {
            Set<String> brokers =
                    route.map(TopicRoute::primaries).map(Set::copyOf).orElse(Set.of());
            return heartbeats.introduce(brokers);
        });
    }

    /** On an event loop. A reply that comes too late is dropped. */
    private void replied(Frame push, Peer broker) {
        PushReply header = ClusterLink.requestHeader(push, PushReply.class);
        MessageProperties properties = PropertiesCodec.decode(header.properties());
        CompletableFuture<Message> question =
                questions.get(properties.find(PropertyNames.CORRELATION_ID).orElse(""));
        if (question == null) {
            log.debug("a reply came that nobody waits for: {}", properties.get(PropertyNames.CORRELATION_ID));
            return;
        }
        byte[] body = push.body().toByteArray();
        try {
            byte[] plain = (header.sysFlag() & SysFlag.COMPRESSED) == 0
                    ? body
                    : BodyCodec.inflate(ByteBuffer.wrap(body), header.sysFlag());
            question.complete(new Message(
                    new TopicName(header.topic()), plain, properties, header.flag(), header.bornTimestamp()));
        } catch (SluiceException | IllegalArgumentException damaged) {
            question.completeExceptionally(damaged);
        }
    }

    /**
     * Sends the reply to whoever asked; completes when the asker's client has it. Fails with {@link RefusedException}, also
     * when the asker is not connected any more.
     *
     * @param asked      the properties of the question, as it was stored
     * @param heldBy     name of the broker that the question came from
     * @param properties further ones for the reply
     * @throws IllegalArgumentException when the message does not ask for a reply
     */
    public CompletionStage<Void> reply(
            Sender sender, MessageProperties asked, String heldBy, byte[] body, MessageProperties properties) {
        String asker = required(asked, PropertyNames.REPLY_TO_CLIENT);
        String id = required(asked, PropertyNames.CORRELATION_ID);
        TopicName topic = new TopicName(required(asked, PropertyNames.CLUSTER) + REPLY_TOPIC_SUFFIX);
        MessageProperties marked = properties
                .with(PropertyNames.MESSAGE_TYPE, REPLY)
                .with(PropertyNames.CORRELATION_ID, id)
                .with(PropertyNames.REPLY_TO_CLIENT, asker)
                .with(PropertyNames.TIME_TO_LIVE, asked.get(PropertyNames.TIME_TO_LIVE));
        return routes.find(topic).thenCompose(found -> {
            TopicRoute route = found.orElseThrow(() -> new RefusedException(
                    Refusal.NO_SUCH_TOPIC, "topic %s for replies does not exist in this cluster".formatted(topic)));
            // The asker is certainly connected to the broker that took its question.
            MessageQueue queue = route.writable().stream()
                    .max(Comparator.comparing(
                            candidate -> candidate.brokerName().equals(heldBy)))
                    .orElseThrow(() -> new RefusedException(
                            Refusal.NOT_WRITABLE, "topic %s for replies has no queue now".formatted(topic)));
            Frame frame = ClusterLink.request(
                    RequestCode.SEND_REPLY_MESSAGE_V2,
                    new SendMessage(
                            sender.config().group().value(),
                            topic.value(),
                            RouteCache.TEMPLATE.value(),
                            1,
                            queue.queueId(),
                            0,
                            System.currentTimeMillis(),
                            0,
                            PropertiesCodec.text(marked),
                            0,
                            false,
                            SendCommands.GROUP_DECIDES,
                            false,
                            queue.brokerName()),
                    FrameBody.of(body));
            return link.ask(
                            "a reply to " + asker,
                            route.primary(queue.brokerName()).orElseThrow(),
                            frame,
                            sender.config().timeout())
                    .thenAccept(answer -> {});
        });
    }

    private static String required(MessageProperties asked, String name) {
        return asked.find(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "the message has no property %s, so it does not ask for a reply".formatted(name)));
    }
}

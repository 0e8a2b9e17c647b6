package io.sluice.client.link;

import io.sluice.model.MessageQueue;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.runtime.CloseStack;
import io.sluice.transport.ConnectionLimits;
import io.sluice.transport.IoThreads;
import io.sluice.transport.LoopSteps;
import io.sluice.transport.RemotingClient;
import io.sluice.transport.RemotingException;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.ResetOffsetBody;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.OffsetCommands.ResetOffset;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SessionCommands.ConsumerIdsChanged;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One client's connections to a cluster. Any thread; nothing here blocks but {@link #close}. Stages complete on an event
 * loop of the link: whoever continues them there must not block.
 */
public final class ClusterLink implements AutoCloseable {
    private static final CommandTable COMMANDS = CommandTable.STANDARD;

    private final LinkConfig config;
    private final IoThreads threads;
    private final RemotingClient connections;
    private final NameServers nameServers;
    private final ClientClock clock;
    private final Inbound inbound;
    private final CloseStack resources;
    private volatile boolean closed;

    private ClusterLink(
            LinkConfig config,
            IoThreads threads,
            RemotingClient connections,
            ClientClock clock,
            Inbound inbound,
            CloseStack resources) {
        this.config = config;
        this.threads = threads;
        this.connections = connections;
        this.nameServers = new NameServers(config.nameServers(), connections, config.requestTimeout());
        this.clock = clock;
        this.inbound = inbound;
        this.resources = resources;
    }

    /** Starts the threads; connections are made when they are first needed. */
    public static ClusterLink open(LinkConfig config) {
        Inbound inbound = new Inbound();
        try (CloseStack opening = new CloseStack()) {
            IoThreads threads = opening.push(IoThreads.start("sluice-client-io", config.ioThreads()));
            RemotingClient connections = opening.push(RemotingClient.open(threads, limits(config), inbound.table()));
            ClientClock clock = opening.push(new ClientClock());
            return new ClusterLink(config, threads, connections, clock, inbound, opening.release());
        }
    }

    private static ConnectionLimits limits(LinkConfig config) {
        ConnectionLimits usual = ConnectionLimits.DEFAULT;
        return new ConnectionLimits(
                usual.idle(),
                config.connectTimeout(),
                usual.connectionsMax(),
                usual.pendingMax(),
                usual.inFlightMax(),
                usual.outboundLow(),
                usual.outboundHigh(),
                usual.outboundMax());
    }

    public LinkConfig config() {
        return config;
    }

    public String clientId() {
        return config.clientId();
    }

    public ClientClock clock() {
        return clock;
    }

    /** A place for state that belongs to one event loop of this client. */
    public LoopSteps steps() {
        return threads.steps();
    }

    /** Addresses of all name servers. */
    public List<String> nameServers() {
        return config.nameServers();
    }

    /** The request as a frame; what {@link #call} takes. */
    public static Frame request(int code, Record header, FrameBody body) {
        return COMMANDS.request(code, header, body);
    }

    /** The header of an answer. */
    public static <T extends Record> T header(Frame answer, Class<T> type) {
        return COMMANDS.readAnswer(answer, type);
    }

    /** The header of a request that a server sent. */
    public static <T extends Record> T requestHeader(Frame request, Class<T> type) {
        return COMMANDS.read(request, type);
    }

    /** The answer, whatever its code; fails with {@link RemotingException}, whose reason tells what may have happened. */
    public CompletionStage<Frame> call(String address, Frame request, Duration timeout) {
        return connections.call(address, request, timeout);
    }

    /** As {@link #ask(String, String, Frame, Duration)}, with the time limit of the configuration. */
    public CompletionStage<Frame> ask(String what, String address, int code, Record header) {
        return ask(what, address, request(code, header, FrameBody.NONE), config.requestTimeout());
    }

    /**
     * A successful answer. Fails with {@link RefusedException} when the answer has another code, or when there is none.
     *
     * @param what is asked for, in words: begins the sentence of a refusal
     */
    public CompletionStage<Frame> ask(String what, String address, Frame request, Duration timeout) {
        return expectSuccess(what, address, call(address, request, timeout));
    }

    /** A successful answer of one of the name servers; fails as {@link #ask} does. */
    public CompletionStage<Frame> askNameServer(String what, int code, Record header) {
        return expectSuccess(what, "name server", callNameServer(code, header));
    }

    /** The answer of one of the name servers, whatever its code. */
    public CompletionStage<Frame> callNameServer(int code, Record header) {
        return nameServers.ask(request(code, header, FrameBody.NONE));
    }

    /** Asks every name server; completes when all have answered successfully, fails with the first refusal otherwise. */
    public CompletionStage<Void> askEveryNameServer(String what, int code, Record header) {
        return CompletableFuture.allOf(config.nameServers().stream()
                .map(address -> ask(what, address, code, header).toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    /** Tells a server something it does not answer; nobody learns whether it arrived. */
    public void tell(String address, int code, Record header) {
        connections.oneWay(address, request(code, header, FrameBody.NONE)).exceptionally(lost -> null);
    }

    /** Sends without waiting; the stage completes when the connection has taken the request. */
    public CompletionStage<Void> oneWay(String address, Frame request) {
        return connections.oneWay(address, request);
    }

    private static CompletionStage<Frame> expectSuccess(String what, String whom, CompletionStage<Frame> asked) {
        return asked.handle((answer, failure) -> {
            if (failure != null) {
                throw unavailable(what, failure);
            }
            if (answer.code() != ResponseCode.SUCCESS) {
                throw Refusals.of(what, whom, answer);
            }
            return answer;
        });
    }

    /** A failure to get an answer, as a refusal; a refusal stays what it is. */
    public static RuntimeException unavailable(String what, Throwable failure) {
        Throwable cause = causeOf(failure);
        if (cause instanceof RefusedException refused) {
            return refused;
        }
        if (cause instanceof RemotingException silent) {
            RefusedException unavailable = new RefusedException(Refusal.UNAVAILABLE, what + ": " + silent.getMessage());
            unavailable.initCause(silent);
            return unavailable;
        }
        return cause instanceof RuntimeException unchecked ? unchecked : new CompletionException(cause);
    }

    /** What really failed, without the wrapping that stages add. */
    public static Throwable causeOf(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Runs with the name of a group, on an event loop, when a broker says that its members have changed. */
    public Listening onMembersChanged(Consumer<String> listener) {
        return on(
                RequestCode.NOTIFY_CONSUMER_IDS_CHANGED,
                (request, from) -> listener.accept(
                        requestHeader(request, ConsumerIdsChanged.class).consumerGroup()));
    }

    /**
     * Tells the listener of requests of servers.
     *
     * @param code {@code NOTIFY_CONSUMER_IDS_CHANGED}, {@code RESET_CONSUMER_CLIENT_OFFSET},
     *             {@code CHECK_TRANSACTION_STATE} or {@code PUSH_REPLY_MESSAGE_TO_CLIENT}; each is answered with success
     */
    public Listening on(int code, InboundListener listener) {
        return inbound.on(code, listener);
    }

    /** Told, on an event loop, where an administrator wants the consumers of a group to go on. */
    @FunctionalInterface
    public interface ResetListener {
        void reset(String group, Map<MessageQueue, Long> next);
    }

    /** Tells the listener of every reset that a broker pushes. */
    public Listening onReset(ResetListener listener) {
        return on(RequestCode.RESET_CONSUMER_CLIENT_OFFSET, (request, from) -> {
            Map<MessageQueue, Long> next = new HashMap<>();
            Body.of(ResetOffsetBody.class, request)
                    .offsetTable()
                    .forEach((queue, offset) -> next.put(queue.toQueue(), offset));
            listener.reset(requestHeader(request, ResetOffset.class).group(), next);
        });
    }

    /** Runs with the address, on an event loop, when a connection has ended. */
    public void onDisconnect(Consumer<String> listener) {
        connections.onClose(listener);
    }

    /** Whether the calling thread belongs to the client and must therefore never wait for the client. */
    public boolean isOwnThread() {
        return clock.isOnClock() || threads.isCurrentThread();
    }

    public boolean isClosed() {
        return closed;
    }

    /** Fails what waits, ends connections and threads; twice is harmless. Not to be called on a thread of the client. */
    @Override
    public void close() {
        closed = true;
        resources.close();
    }
}

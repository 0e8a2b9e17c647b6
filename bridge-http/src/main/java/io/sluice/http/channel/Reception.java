package io.sluice.http.channel;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.SameThreadExecutor;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Where each request comes in: finds its route, decides whether it may enter, and opens a {@link Conversation}. Called on
 * I/O threads.
 */
final class Reception implements HttpHandler {
    private static final HttpString NOSNIFF = new HttpString("X-Content-Type-Options");
    /** Stands for every request that matches no row of the table. */
    private static final Route UNROUTED = Route.of("ANY", "/", Lane.REQUEST, call -> {
        throw new IllegalStateException("a request without a route has no endpoint");
    });

    private final ListenerConfig config;
    private final PathTable paths;
    private final Gate gate;
    private final CallListener listener;
    /** Conversations that have not ended; notified when one ends while the door closes. */
    private final Set<Conversation> open = ConcurrentHashMap.newKeySet();

    Reception(ListenerConfig config, PathTable paths, Gate gate, CallListener listener) {
        this.config = config;
        this.paths = paths;
        this.gate = gate;
        this.listener = listener;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        exchange.getResponseHeaders().put(NOSNIFF, "nosniff").put(Headers.CACHE_CONTROL, "no-store");
        String method = exchange.getRequestMethod().toString();
        String path = exchange.getRequestPath();
        PathTable.Match match = paths.find(method, path);
        if (match instanceof PathTable.Match.Found found) {
            Conversation conversation = open(exchange, found.route(), found.pathValues());
            exchange.dispatch(SameThreadExecutor.INSTANCE, conversation::begin);
        } else {
            Answer answer = match instanceof PathTable.Match.OtherMethods other
                    ? otherMethods(method, path, other.allowed())
                    : noSuchPath(method, path);
            Conversation conversation = open(exchange, UNROUTED, Map.of());
            exchange.dispatch(SameThreadExecutor.INSTANCE, () -> conversation.say(answer));
        }
    }

    private Conversation open(HttpServerExchange exchange, Route route, Map<String, String> pathValues) {
        Conversation conversation = new Conversation(exchange, this, route, pathValues);
        open.add(conversation);
        exchange.addExchangeCompleteListener(conversation);
        return conversation;
    }

    private static Answer otherMethods(String method, String path, Set<String> allowed) {
        Set<String> all = new TreeSet<>(allowed);
        all.add("OPTIONS");
        String allow = String.join(", ", all);
        if (method.equals("OPTIONS")) {
            return Answer.nothing().withHeader("Allow", allow);
        }
        return Answer.problem(Problem.of(
                        ProblemType.METHOD_NOT_ALLOWED,
                        "%s does not answer %s; it answers %s"
                                .formatted(Query.shown(path), Query.shown(method), allow)))
                .withHeader("Allow", allow);
    }

    private Answer noSuchPath(String method, String path) {
        return Answer.problem(Problem.of(
                        ProblemType.NO_SUCH_PATH,
                        "there is nothing at %s %s".formatted(Query.shown(method), Query.shown(path)))
                .with("paths", paths.names()));
    }

    /** Lets the call in, or throws the problem why not; who was let in leaves the gate at its end. */
    void admit(HttpServerExchange exchange, Lane lane) {
        requireOwnOrigin(exchange);
        if (lane != Lane.PROBE) {
            if (gate.isClosing()) {
                throw Problem.of(ProblemType.CLOSING, "this server is closing and takes no new calls")
                        .asException();
            }
            if (gate.isFull()) {
                throw Problem.of(ProblemType.BUSY, "the bound on buffered bytes is reached")
                        .asException();
            }
        }
        if (!gate.enter(lane)) {
            throw Problem.of(
                            ProblemType.BUSY,
                            "%d calls of this kind (%s) are under way, which is the bound"
                                    .formatted(gate.boundOf(lane), lane.name().toLowerCase(Locale.ROOT)))
                    .asException();
        }
    }

    /** A page of another site, open in a browser that can reach this server, shall not be able to use it. */
    private void requireOwnOrigin(HttpServerExchange exchange) {
        String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
        if (origin == null
                || config.allowedOrigins().contains("*")
                || config.allowedOrigins().contains(origin)) {
            return;
        }
        String host = exchange.getRequestHeaders().getFirst(Headers.HOST);
        if (!origin.equals("http://" + host) && !origin.equals("https://" + host)) {
            throw Problem.of(
                            ProblemType.CROSS_ORIGIN,
                            "a page of '%s' called the server '%s'"
                                    .formatted(Query.shown(origin), Query.shown(String.valueOf(host))))
                    .asException();
        }
    }

    void ended(Conversation conversation, Route route, int status, long nanos, long bytesIn, long bytesOut) {
        open.remove(conversation);
        if (gate.isClosing()) {
            synchronized (open) {
                open.notifyAll();
            }
        }
        String name = route == UNROUTED ? CallListener.NO_ROUTE : route.name();
        listener.over(name, route.lane(), status, nanos, bytesIn, bytesOut);
    }

    /** From now on only probes are let in, and who waits is told to stop waiting. */
    void beginClosing() {
        gate.beginClosing();
        open.forEach(Conversation::closing);
    }

    /** Whether every conversation ended within the time. */
    boolean awaitEmpty(Duration within) throws InterruptedException {
        long deadline = System.nanoTime() + within.toNanos();
        synchronized (open) {
            long left = within.toNanos();
            while (!open.isEmpty() && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(open, left);
                left = deadline - System.nanoTime();
            }
        }
        return open.isEmpty();
    }

    int openConversations() {
        return open.size();
    }

    Gate gate() {
        return gate;
    }

    Patience patience() {
        return config.patience();
    }
}

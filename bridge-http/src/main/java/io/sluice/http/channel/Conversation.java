package io.sluice.http.channel;

import io.sluice.http.channel.Call.Interruption;
import io.sluice.model.Caller;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSourceChannel;

/**
 * One request and its answer on one connection: check the head, receive the body, ask the endpoint, write the answer.
 *
 * <p>Confined to the connection's I/O thread, except {@link #ask}, which runs on a worker, and the arrival of the
 * endpoint's answer on whichever thread, which hands over to the I/O thread.
 */
final class Conversation implements ExchangeCompletionListener, AnswerWriter.Connector, Call.Threads {
    private static final HttpString IDEMPOTENCY_KEY = new HttpString("Idempotency-Key");
    private static final Logger log = LoggerFactory.getLogger(Conversation.class);
    /** How much of an unread body is swallowed so that the peer sees the answer rather than a broken connection. */
    private static final long SWALLOW_MAX_BYTES = 16L * 1024 * 1024;

    private static final Duration SWALLOW_WITHIN = Duration.ofSeconds(5);

    private final HttpServerExchange exchange;
    private final Reception reception;
    private final Route route;
    private final Map<String, String> pathValues;
    private final long startedNanos = System.nanoTime();
    private boolean admitted;
    private BodyReader reader;
    private Call call;
    private PeerWatch watch;
    private XnioExecutor.Key answerDeadline;
    private AnswerWriter writer;
    private long swallowed;
    private boolean over;

    Conversation(HttpServerExchange exchange, Reception reception, Route route, Map<String, String> pathValues) {
        this.exchange = exchange;
        this.reception = reception;
        this.route = route;
        this.pathValues = pathValues;
    }

    void begin() {
        try {
            reception.admit(exchange, route.lane());
            admitted = true;
            Query query = Query.parse(exchange.getQueryString(), route.parameters(), route.prefixes());
            refuseEncodedBody();
            receive(query);
        } catch (RuntimeException refused) {
            say(Answer.problem(Problems.of(refused, route.name())));
        }
    }

    private void refuseEncodedBody() {
        String encoding = exchange.getRequestHeaders().getFirst(Headers.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Problem.of(
                            ProblemType.UNSUPPORTED_MEDIA_TYPE,
                            "Content-Encoding '%s' is not undone here; send the body as it is"
                                    .formatted(Query.shown(encoding)))
                    .asException();
        }
    }

    private void receive(Query query) {
        reader = new BodyReader(exchange, gate(), route.bodyMaxBytes(), new BodyReader.Outcome() {
            @Override
            public void received(byte[] body) {
                answer(query, body);
            }

            @Override
            public void refused(Problem problem) {
                say(Answer.problem(problem));
            }
        });
        reader.start(reception.patience().body());
    }

    private void answer(Query query, byte[] body) {
        String contentType = exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE);
        String idempotencyKey = exchange.getRequestHeaders().getFirst(IDEMPOTENCY_KEY);
        call = new Call(route, pathValues, query, contentType, idempotencyKey, body, caller(), this);
        if (route.lane() == Lane.POLL || route.lane() == Lane.STREAM) {
            watch = PeerWatch.start(exchange, this::broken);
        }
        if (gate().isClosing()) {
            call.interrupt(Interruption.CLOSING);
        }
        if (route.lane() == Lane.REQUEST) {
            limit(reception.patience().answer());
        }
        onWorker(this::ask);
    }

    private void limit(Duration within) {
        answerDeadline = exchange.getIoThread()
                .executeAfter(
                        () -> say(Answer.problem(Problem.of(
                                ProblemType.UNAVAILABLE,
                                "the broker did not answer %s within %s; whether it did what was asked is not known"
                                        .formatted(route.name(), Times.text(within))))),
                        within.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private Caller caller() {
        InetSocketAddress peer = exchange.getSourceAddress();
        return Caller.anonymous("http", peer.getHostString() + ":" + peer.getPort());
    }

    private void ask() {
        CompletionStage<? extends Answer> stage;
        try {
            stage = route.endpoint().answer(call);
        } catch (RuntimeException | Error failed) {
            stage = CompletableFuture.failedStage(failed);
        }
        stage.whenComplete((said, failure) -> {
            Answer answer = failure == null ? said : Answer.problem(Problems.of(failure, route.name()));
            onIo(() -> say(answer), () -> abandon(answer));
        });
    }

    /** Answers, unless something was answered before or nobody is there any more. */
    void say(Answer answer) {
        if (over || writer != null) {
            abandon(answer);
            return;
        }
        if (answerDeadline != null) {
            answerDeadline.remove();
        }
        if (watch != null && route.lane() != Lane.STREAM) {
            watch.stop();
        }
        if (!exchange.isRequestComplete() || gate().isClosing()) {
            exchange.setPersistent(false);
        }
        writer = new AnswerWriter(
                exchange, this, reception.patience().stalledWrite().toNanos());
        writer.start(answer);
    }

    private static void abandon(Answer answer) {
        if (answer instanceof Answer.Flowing flowing) {
            flowing.source().ended(false);
        }
    }

    /** The answer is out; a body that was not read is swallowed, within bounds, so that the peer gets to see the answer. */
    @Override
    public void written() {
        if (over || exchange.isRequestComplete()) {
            return;
        }
        StreamSourceChannel rest = reader == null ? exchange.getRequestChannel() : reader.leftover();
        if (rest == null) {
            broken();
            return;
        }
        XnioExecutor.Key deadline =
                exchange.getIoThread().executeAfter(this::broken, SWALLOW_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        exchange.addExchangeCompleteListener((done, next) -> {
            deadline.remove();
            next.proceed();
        });
        rest.getReadSetter().set(this::swallow);
        swallow(rest);
    }

    private void swallow(StreamSourceChannel rest) {
        try (PooledByteBuffer pooled =
                exchange.getConnection().getByteBufferPool().allocate()) {
            int read;
            do {
                pooled.getBuffer().clear();
                read = rest.read(pooled.getBuffer());
                swallowed += Math.max(0, read);
            } while (read > 0 && swallowed < SWALLOW_MAX_BYTES);
            if (read == 0) {
                rest.resumeReads();
            } else if (read > 0) {
                broken();
            }
        } catch (IOException peerLeft) {
            broken();
        }
    }

    /** Closes the connection, which ends the conversation. */
    @Override
    public void broken() {
        IoUtils.safeClose(exchange.getConnection());
    }

    /** From any thread: the door closes, so there is no more use in waiting. */
    void closing() {
        onIo(
                () -> {
                    if (call != null) {
                        call.interrupt(Interruption.CLOSING);
                    }
                },
                () -> {});
    }

    /** The exchange is complete, or its connection is closed. */
    @Override
    public void exchangeEvent(HttpServerExchange completed, NextListener nextListener) {
        try {
            end();
        } finally {
            nextListener.proceed();
        }
    }

    private void end() {
        if (over) {
            return;
        }
        over = true;
        if (watch != null) {
            watch.stop();
        }
        if (reader != null) {
            reader.stop();
            gate().release(reader.reservedBytes());
        }
        if (answerDeadline != null) {
            answerDeadline.remove();
        }
        if (admitted) {
            gate().leave(route.lane());
        }
        int status = writer == null ? 0 : writer.status();
        long nanos = System.nanoTime() - startedNanos;
        reception.ended(
                this,
                route,
                status,
                nanos,
                reader == null ? 0 : reader.receivedBytes(),
                writer == null ? 0 : writer.bytes());
        log.debug("{} from {}: status={} micros={}", route.name(), exchange.getSourceAddress(), status, nanos / 1000);
        if (writer != null) {
            writer.over(exchange.getConnection().isOpen());
        }
        if (call != null) {
            call.interrupt(Interruption.PEER_LEFT);
        }
    }

    @Override
    public Gate gate() {
        return reception.gate();
    }

    @Override
    public void onWorker(Runnable task) {
        try {
            exchange.getConnection().getWorker().execute(task);
        } catch (RejectedExecutionException workersEnded) {
            task.run();
        }
    }

    @Override
    public void onIo(Runnable task, Runnable ifGone) {
        try {
            exchange.getIoThread().execute(task);
        } catch (RejectedExecutionException ioEnded) {
            ifGone.run();
        }
    }

    @Override
    public Runnable after(Duration time, Runnable task) {
        try {
            return exchange.getIoThread().executeAfter(task, time.toMillis(), TimeUnit.MILLISECONDS)::remove;
        } catch (RejectedExecutionException ioEnded) {
            return () -> {};
        }
    }
}

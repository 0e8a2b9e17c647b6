package io.sluice.http.channel;

import io.sluice.model.Caller;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One request as an endpoint sees it: read completely, its parameters checked for names. Any thread. */
public final class Call {
    private final Route route;
    private final Map<String, String> pathValues;
    private final Query query;
    private final String contentType;
    private final String idempotencyKey;
    private final byte[] body;
    private final Caller caller;
    private final Threads threads;
    private final CompletableFuture<Interruption> interrupted = new CompletableFuture<>();

    /** Why an endpoint that waits should stop waiting. */
    public enum Interruption {
        /** Nobody reads the answer any more. */
        PEER_LEFT,
        /** The door closes: answer now with what there is. */
        CLOSING
    }

    /** Where an endpoint may run what it must not run on the thread it is on. */
    interface Threads {
        /** Runs the task on a worker thread, or here when the workers have ended. */
        void onWorker(Runnable task);

        /** Runs the small task on an I/O thread after the time; running the answer cancels it. */
        Runnable after(Duration time, Runnable task);
    }

    Call(
            Route route,
            Map<String, String> pathValues,
            Query query,
            String contentType,
            String idempotencyKey,
            byte[] body,
            Caller caller,
            Threads threads) {
        this.route = route;
        this.pathValues = pathValues;
        this.query = query;
        this.contentType = contentType;
        this.idempotencyKey = idempotencyKey;
        this.body = body;
        this.caller = caller;
        this.threads = threads;
    }

    public Route route() {
        return route;
    }

    /** The decoded segment that stands for {@code {name}} in the template. */
    public String path(String name) {
        return pathValues.get(name);
    }

    public Query query() {
        return query;
    }

    /** The header {@code Content-Type} as it came. */
    public Optional<String> contentType() {
        return Optional.ofNullable(contentType);
    }

    /** The header {@code Idempotency-Key}, without the quotation marks that it may have. */
    public Optional<String> idempotencyKey() {
        return Optional.ofNullable(idempotencyKey)
                .map(key -> key.length() > 1 && key.startsWith("\"") && key.endsWith("\"")
                        ? key.substring(1, key.length() - 1)
                        : key);
    }

    /** The request's body; shared, not copied. */
    public byte[] body() {
        return body;
    }

    public Caller caller() {
        return caller;
    }

    /** Completes, on any thread, when there is no more use in waiting; after the end of the call at the latest. */
    public CompletionStage<Interruption> interrupted() {
        return interrupted;
    }

    void interrupt(Interruption why) {
        interrupted.complete(why);
    }

    /** Runs the task on a worker thread, or here when the workers have ended. */
    public void onWorker(Runnable task) {
        threads.onWorker(task);
    }

    /** Runs the small task on an I/O thread after the time; running what is returned cancels it. */
    public Runnable after(Duration time, Runnable task) {
        return threads.after(time, task);
    }
}

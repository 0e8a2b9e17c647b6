package io.sluice.client.link;

import io.sluice.model.SluiceException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns a stage into a value for callers that want to block. */
public final class Waiting {
    private static final Logger log = LoggerFactory.getLogger(Waiting.class);

    private Waiting() {}

    /**
     * Asks, and waits for the stage, which ends by its own time limit. Throws what the stage failed with.
     *
     * @param question not asked when the thread may not wait
     * @throws IllegalStateException on a thread of the client: the answer would be waited for by the one who must bring it
     */
    public static <T> T forResult(ClusterLink link, String what, Supplier<CompletionStage<T>> question) {
        if (link.isOwnThread()) {
            throw new IllegalStateException(
                    "%s would block a thread of the client; use the asynchronous form there".formatted(what));
        }
        try {
            return question.get().toCompletableFuture().get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SluiceException(
                    "interrupted during %s; whether it was done is unknown".formatted(what), interrupted);
        } catch (ExecutionException failed) {
            Throwable cause = ClusterLink.causeOf(failed.getCause());
            if (cause instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new SluiceException("%s failed: %s".formatted(what, cause), cause);
        }
    }

    /** Waits for the stage up to the time given; whether it completed, and not with a failure. */
    public static boolean upTo(Duration patience, CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        } catch (TimeoutException late) {
            return false;
        } catch (ExecutionException failed) {
            log.debug("a step failed that was waited for", failed);
            return false;
        }
    }
}

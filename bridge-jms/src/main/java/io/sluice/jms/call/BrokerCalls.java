package io.sluice.jms.call;

import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.ResourceAllocationException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Blocking calls on the port, for the threads of applications; never used on a thread of the broker.
 *
 * @param timeout how long one answer may take
 */
public record BrokerCalls(Duration timeout) {
    /** Error code of an answer that did not come in time. */
    public static final String NO_ANSWER = "NO_ANSWER";

    /**
     * Waits for the answer.
     *
     * @param what the question, for the text of an exception: "creating topic orders"
     * @throws JMSException when the broker refuses, fails, gives no answer in time, or the thread is interrupted
     */
    public <T> T await(CompletionStage<T> stage, String what) throws JMSException {
        return await(stage, what, timeout);
    }

    /** As {@link #await(CompletionStage, String)}, for a question that may by itself take longer. */
    public <T> T await(CompletionStage<T> stage, String what, Duration limit) throws JMSException {
        try {
            return stage.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw failure(what, failed.getCause());
        } catch (TimeoutException late) {
            throw withCause(
                    new JMSException(
                            "%s: no answer within %d ms; whether it was done is not known"
                                    .formatted(what, limit.toMillis()),
                            NO_ANSWER),
                    late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw withCause(
                    new JMSException(
                            "%s: the thread was interrupted; whether it was done is not known".formatted(what)),
                    interrupted);
        }
    }

    /** The exception for a stage that failed. */
    public static JMSException failure(String what, Throwable failed) {
        Throwable cause =
                failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
        if (cause instanceof JMSException already) {
            return already;
        }
        if (cause instanceof RefusedException refused) {
            return withCause(refusal(what, refused.reason(), refused.getMessage()), refused);
        }
        return withCause(new JMSException("%s failed: %s".formatted(what, cause.getMessage())), cause);
    }

    /** The exception that the specification has for a refusal; the error code is the name of the reason. */
    public static JMSException refusal(String what, Refusal reason, String remedy) {
        String text = "%s: %s".formatted(what, remedy);
        String code = reason.name();
        return switch (reason) {
            case NO_SUCH_TOPIC, NO_SUCH_QUEUE, NO_SUCH_GROUP, NOT_WRITABLE, NOT_READABLE ->
                new InvalidDestinationException(text, code);
            case FORBIDDEN -> new JMSSecurityException(text, code);
            case ILLEGAL_ARGUMENT, TOO_LARGE, TOO_FAR_AWAY -> new MessageFormatException(text, code);
            case DISK_FULL, OVERLOADED -> new ResourceAllocationException(text, code);
            case UNAVAILABLE, NOT_SUPPORTED -> new JMSException(text, code);
        };
    }

    /** The exception with its cause in both places where programs look for it. */
    public static <E extends JMSException> E withCause(E exception, Throwable cause) {
        exception.initCause(cause);
        if (cause instanceof Exception linked) {
            exception.setLinkedException(linked);
        }
        return exception;
    }
}

package io.sluice.client.intercept;

import io.sluice.client.consume.BatchListener;
import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.Verdict;
import io.sluice.model.GroupName;
import java.util.List;

/**
 * Stands around the listener of a push consumer.
 *
 * <pre>{@code
 * ReceiveInterceptor timing = (group, messages, next) -> {
 *     long start = System.nanoTime();
 *     try {
 *         return next.onMessages(messages);
 *     } finally {
 *         took.record(System.nanoTime() - start);
 *     }
 * };
 * }</pre>
 */
@FunctionalInterface
public interface ReceiveInterceptor {

    /**
     * On the thread of the listener, several at once.
     *
     * @param messages what the listener is to get: one, or several for a batch listener
     * @param next     the rest of the way, at its end the listener
     * @return what becomes of the messages; an exception is {@link Verdict#RETRY}
     */
    Verdict around(GroupName group, List<ReceivedMessage> messages, BatchListener next) throws Exception;

    /** These interceptors around the listener, the first one outermost. */
    static BatchListener through(GroupName group, List<ReceiveInterceptor> interceptors, BatchListener listener) {
        BatchListener step = listener;
        for (int i = interceptors.size() - 1; i >= 0; i--) {
            ReceiveInterceptor around = interceptors.get(i);
            BatchListener next = step;
            step = messages -> around.around(group, messages, next);
        }
        return step;
    }
}

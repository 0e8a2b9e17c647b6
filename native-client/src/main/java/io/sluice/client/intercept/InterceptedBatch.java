package io.sluice.client.intercept;

import io.sluice.client.send.Sent;
import io.sluice.model.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Leads each message of a batch through the interceptors, and the batch to the send as a whole. */
public final class InterceptedBatch {
    private final List<SendInterceptor> interceptors;

    public InterceptedBatch(List<SendInterceptor> interceptors) {
        this.interceptors = interceptors;
    }

    /**
     * @param sending stores the messages that came through, in their order
     * @throws IllegalStateException when an interceptor keeps a message back
     */
    public CompletionStage<List<Sent>> send(
            List<Message> messages, Function<List<Message>, CompletionStage<List<Sent>>> sending) {
        List<Message> through = new ArrayList<>(messages.size());
        List<CompletableFuture<Sent>> inside = new ArrayList<>(messages.size());
        List<CompletableFuture<Sent>> outside = new ArrayList<>(messages.size());
        for (Message message : messages) {
            CompletableFuture<Sent> stored = new CompletableFuture<>();
            inside.add(stored);
            outside.add(SendStep.through(interceptors, last -> {
                        through.add(last);
                        return stored;
                    })
                    .send(message)
                    .toCompletableFuture());
            if (through.size() != inside.size()) {
                throw new IllegalStateException(
                        "an interceptor did not pass message %d of a batch on before it returned, or passed it on twice"
                                .formatted(inside.size() - 1));
            }
        }
        sending.apply(through).whenComplete((all, failure) -> {
            for (int i = 0; i < inside.size(); i++) {
                if (failure == null) {
                    inside.get(i).complete(all.get(i));
                } else {
                    inside.get(i).completeExceptionally(failure);
                }
            }
        });
        return CompletableFuture.allOf(outside.toArray(CompletableFuture[]::new))
                .thenApply(done -> outside.stream().map(CompletableFuture::join).toList());
    }
}

package io.sluice.mqtt;

import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.TopicCatalog;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A catalogue that lists nothing to this caller. */
record RefusingCatalog(TopicCatalog catalog) implements TopicCatalog {
    @Override
    public CompletionStage<Optional<TopicDescription>> describe(TopicName topic) {
        return catalog.describe(topic);
    }

    @Override
    public CompletionStage<List<TopicDescription>> list() {
        return CompletableFuture.failedFuture(new RefusedException(Refusal.FORBIDDEN, "not yours"));
    }

    @Override
    public CompletionStage<TopicDescription> put(TopicName topic, TopicSettings settings) {
        return catalog.put(topic, settings);
    }

    @Override
    public CompletionStage<Boolean> delete(TopicName topic) {
        return catalog.delete(topic);
    }
}

package io.sluice.perf.load;

import io.sluice.client.Producer;
import io.sluice.client.SluiceClient;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.model.Message;
import io.sluice.model.TopicName;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The native client: sends in every style, receives with a push consumer. */
public final class NativeLoadClient implements LoadClient {
    /** As many as one pull may bring, so that a backlog is read in large steps. */
    private static final int PULL_MESSAGES = 1024;

    private static final int PULL_BYTES = 1 << 20;
    private static final int BUFFER_MESSAGES = 16_384;
    private static final int LISTENER_THREADS = 4;

    private final SluiceClient client;
    private final Producer producer;
    private final LoadSettings settings;
    private final TopicName topic;

    public NativeLoadClient(LoadSettings settings) {
        this.settings = settings;
        this.topic = new TopicName(settings.topic());
        this.client = SluiceClient.builder(settings.address())
                .freshTopicQueues(settings.queues())
                .connect();
        this.producer = client.producer("perf-out").noCompression().start();
    }

    @Override
    public CompletionStage<Integer> send(byte[] body) {
        Message message = Message.of(topic, body);
        return switch (settings.style()) {
            case SYNC -> {
                producer.send(message);
                yield CompletableFuture.completedFuture(1);
            }
            case ASYNC -> producer.sendAsync(message).thenApply(sent -> 1);
            case BATCH -> {
                List<Message> batch = Collections.nCopies(settings.batch(), message);
                yield CompletableFuture.completedFuture(
                        producer.sendBatch(batch).size());
            }
            case ONE_WAY -> producer.sendOneWay(message).thenApply(written -> 1);
        };
    }

    @Override
    public void receive(String group, Consumer<byte[]> received) {
        client.pushConsumer(group)
                .subscribe(settings.topic())
                .startAt(StartAt.FIRST)
                .threads(LISTENER_THREADS)
                .pullMessages(PULL_MESSAGES)
                .pullBytes(PULL_BYTES)
                .bufferMessages(BUFFER_MESSAGES)
                .spanMax(Integer.MAX_VALUE)
                .listener(message -> {
                    received.accept(message.body());
                    return Verdict.DONE;
                })
                .start();
    }

    @Override
    public void close() {
        client.close();
    }
}

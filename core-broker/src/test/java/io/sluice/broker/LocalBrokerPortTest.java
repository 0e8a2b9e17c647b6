package io.sluice.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.FilterExpression;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.Placement;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.port.contract.BrokerPortContract;
import io.sluice.store.StoreConfig;
import io.sluice.store.file.FileDisk;
import io.sluice.wire.message.MessageView;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The port in process, on a real store. */
class LocalBrokerPortTest extends BrokerPortContract {
    @TempDir
    Path directory;

    private Broker broker;

    @Override
    protected BrokerPort open() throws Exception {
        broker = Broker.open(
                BrokerConfig.in(StoreConfig.in(directory.resolve("store"))), new FileDisk(), InstantSource.system());
        broker.start(List.of());
        return broker.port();
    }

    @Override
    protected void shutDown(BrokerPort opened) {
        broker.close();
    }

    @Test
    void aMessageCarriesItsShardingKeyAndNotAKeyThatOnlyPlacesIt() {
        TopicName topic = new TopicName("Kept");
        for (Placement placement : List.of(new Placement.ByShardingKey("k"), new Placement.Together("k"))) {
            broker.port()
                    .writer()
                    .send(Message.of("Kept", "x"), placement)
                    .toCompletableFuture()
                    .join();
        }
        List<MessageQueue> queues = broker.port()
                .topics()
                .describe(topic)
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .readable();
        MessageQueue queue = queues.get(Placement.queueFor("k", queues.size()));
        try (Fetched fetched = broker.port()
                .reader()
                .fetch(new FetchRequest(queue, 0, 32, 1 << 20, FilterExpression.ALL, Duration.ZERO))
                .toCompletableFuture()
                .join()) {
            assertThat(fetched.records().slices())
                    .extracting(slice -> MessageView.of(slice).property(PropertyNames.SHARDING_KEY))
                    .containsExactly("k", null);
        }
    }
}

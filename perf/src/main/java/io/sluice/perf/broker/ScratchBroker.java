package io.sluice.perf.broker;

import io.sluice.broker.Broker;
import io.sluice.broker.BrokerConfig;
import io.sluice.model.Message;
import io.sluice.model.TopicName;
import io.sluice.perf.machine.Directories;
import io.sluice.port.BrokerPort;
import io.sluice.port.Placement;
import io.sluice.port.TopicCatalog.TopicSettings;
import io.sluice.store.StoreConfig;
import io.sluice.store.file.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Semaphore;

/** A broker on an empty store, seen through its port; closing deletes the store. */
final class ScratchBroker implements AutoCloseable {
    private static final int SENDS_IN_FLIGHT = 4096;

    private final Path directory;
    private final Broker broker;
    final BrokerPort port;

    ScratchBroker(Path below) throws IOException {
        Files.createDirectories(below);
        directory = Files.createTempDirectory(below, "broker");
        broker = Broker.open(
                BrokerConfig.in(StoreConfig.in(directory).withReservedHours(1_000_000)),
                new FileDisk(),
                InstantSource.system());
        broker.start(List.of());
        port = broker.port();
    }

    void createTopic(TopicName topic, int queues) {
        port.topics()
                .put(topic, TopicSettings.ofQueues(queues))
                .toCompletableFuture()
                .join();
    }

    /** Sends so many messages, each as {@code step} makes it; returns when all are stored. */
    void send(int count, Placement placement, MessageOf step) {
        Semaphore room = new Semaphore(SENDS_IN_FLIGHT);
        for (int i = 0; i < count; i++) {
            room.acquireUninterruptibly();
            port.writer().send(step.number(i), placement).whenComplete((done, failed) -> room.release());
        }
        room.acquireUninterruptibly(SENDS_IN_FLIGHT);
    }

    /** Makes the messages of a load. */
    @FunctionalInterface
    interface MessageOf {
        Message number(int i);
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() {
        port.close();
        broker.close();
        Directories.delete(directory);
    }
}

package io.sluice.peers.kafka;

import io.sluice.perf.load.LoadClient;
import io.sluice.perf.load.LoadSettings;
import io.sluice.perf.load.SendStyle;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** One producer for all load threads, acks=1, linger as told, all else as the client comes; one consumer with a thread. */
public final class KafkaLoadClient implements LoadClient {
    private static final Duration POLL = Duration.ofMillis(500);

    private final LoadSettings settings;
    private final KafkaProducer<byte[], byte[]> producer;
    private KafkaConsumer<byte[], byte[]> consumer;
    private Thread receiving;

    public KafkaLoadClient(LoadSettings settings) throws InterruptedException, ExecutionException {
        this.settings = settings;
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", settings.address()))) {
            admin.createTopics(List.of(new NewTopic(settings.topic(), settings.queues(), (short) 1)))
                    .all()
                    .get();
        } catch (ExecutionException failed) {
            if (!(failed.getCause() instanceof TopicExistsException)) {
                throw failed;
            }
        }
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        settings.address(),
                        "acks",
                        "1",
                        "enable.idempotence",
                        "false",
                        "linger.ms",
                        String.valueOf(settings.lingerMs())),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @Override
    public CompletionStage<Integer> send(byte[] body) throws Exception {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(settings.topic(), body);
        if (settings.style() == SendStyle.SYNC) {
            producer.send(record).get();
            return CompletableFuture.completedFuture(1);
        }
        CompletableFuture<Integer> answered = new CompletableFuture<>();
        producer.send(record, (stored, failed) -> {
            if (failed == null) {
                answered.complete(1);
            } else {
                answered.completeExceptionally(failed);
            }
        });
        return answered;
    }

    @Override
    public void receive(String group, Consumer<byte[]> received) {
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", settings.address(), "group.id", group, "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of(settings.topic()));
        receiving = new Thread(() -> receive(received), "kafka-receiver");
        receiving.start();
    }

    private void receive(Consumer<byte[]> received) {
        try {
            while (true) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    received.accept(record.value());
                }
            }
        } catch (WakeupException closing) {
            consumer.close();
        }
    }

    @Override
    public void close() {
        if (receiving != null) {
            consumer.wakeup();
            try {
                receiving.join();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
        producer.close();
    }
}

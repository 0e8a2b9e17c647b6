package io.sluice.peers.kafka;

import io.sluice.perf.load.LoadClient;
import io.sluice.perf.load.LoadSettings;
import io.sluice.perf.load.Member;
import io.sluice.perf.load.Receiver;
import io.sluice.perf.load.SendStyle;
import io.sluice.perf.measure.Completion;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** One producer for all load threads, acks=1, linger as told, all else as the client comes; one thread for each consumer. */
public final class KafkaLoadClient implements LoadClient {
    private static final Duration POLL = Duration.ofMillis(500);

    private final LoadSettings settings;
    private final KafkaProducer<byte[], byte[]> producer;

    public KafkaLoadClient(LoadSettings settings) throws InterruptedException, ExecutionException {
        this.settings = settings;
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", settings.address()))) {
            for (String topic : settings.topicNames()) {
                create(admin, new NewTopic(topic, settings.queues(), (short) 1));
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

    private static void create(Admin admin, NewTopic topic) throws InterruptedException, ExecutionException {
        try {
            admin.createTopics(List.of(topic)).all().get();
        } catch (ExecutionException failed) {
            if (!(failed.getCause() instanceof TopicExistsException)) {
                throw failed;
            }
        }
    }

    @Override
    public void send(int topic, byte[] body, Completion completion) throws Exception {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(settings.topicName(topic), body);
        if (settings.style() == SendStyle.SYNC) {
            producer.send(record).get();
            completion.done(1);
            return;
        }
        producer.send(record, (stored, failed) -> {
            if (failed == null) {
                completion.done(1);
            } else {
                completion.failed(failed);
            }
        });
    }

    @Override
    public AutoCloseable receive(Member member, Consumer<byte[]> received) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        settings.address(),
                        "group.id",
                        member.group(),
                        "auto.offset.reset",
                        "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(settings.topicNames());
        return new Receiver("kafka-receiver-" + member.index(), () -> poll(consumer, received), consumer::close);
    }

    private static void poll(KafkaConsumer<byte[], byte[]> consumer, Consumer<byte[]> received) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            received.accept(record.value());
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}

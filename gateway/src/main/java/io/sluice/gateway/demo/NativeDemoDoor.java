package io.sluice.gateway.demo;

import io.sluice.client.Producer;
import io.sluice.client.PushConsumer;
import io.sluice.client.SluiceClient;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** The native door: a producer and a push consumer. */
final class NativeDemoDoor implements DemoDoor {
    private final SluiceClient client;
    private final Producer producer;
    private final String topic;
    private final String group;
    private PushConsumer consumer;

    NativeDemoDoor(String nameServer, String topic, String group) {
        this.client = SluiceClient.connect(nameServer);
        this.producer = client.producer(group + "-out").start();
        this.topic = topic;
        this.group = group;
    }

    @Override
    public String name() {
        return "native";
    }

    @Override
    public void receive(Consumer<Parcel> told, Consumer<String> lacking) {
        consumer = client.pushConsumer(group)
                .subscribe(topic)
                .startAt(StartAt.FIRST)
                .listener(received -> {
                    told.accept(parcel(received.message()));
                    return Verdict.DONE;
                })
                .start();
    }

    private static Parcel parcel(Message message) {
        MessageProperties properties = message.properties();
        return new Parcel(
                new String(message.body(), StandardCharsets.UTF_8),
                properties.contentType().orElse(""),
                properties.tag().orElse(""),
                properties.find(PropertyNames.KEYS).orElse(""),
                properties.find(Parcel.NOTE).orElse(""));
    }

    @Override
    public void send(Parcel parcel) {
        producer.send(Message.of(new TopicName(topic), parcel.body().getBytes(StandardCharsets.UTF_8))
                .withTag(parcel.tag())
                .withKeys(parcel.key())
                .withProperty(PropertyNames.CONTENT_TYPE, parcel.contentType())
                .withProperty(Parcel.NOTE, parcel.note()));
    }

    @Override
    public void close() {
        if (consumer != null) {
            consumer.close();
        }
        client.close();
    }
}

package io.sluice.peers.rocketmq;

import io.sluice.perf.load.LoadClient;
import io.sluice.perf.load.LoadSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** One producer for all load threads; a push consumer whose listener takes 32 messages at once. */
public final class RocketmqLoadClient implements LoadClient {
    private static final int LISTENER_BATCH = 32;
    private static final int NEVER_COMPRESS = Integer.MAX_VALUE;

    private final LoadSettings settings;
    private final DefaultMQProducer producer;
    private DefaultMQPushConsumer consumer;

    public RocketmqLoadClient(LoadSettings settings) throws MQClientException {
        this.settings = settings;
        this.producer = new DefaultMQProducer("perf-out");
        producer.setNamesrvAddr(settings.address());
        producer.setDefaultTopicQueueNums(settings.queues());
        producer.setCompressMsgBodyOverHowmuch(NEVER_COMPRESS);
        producer.start();
    }

    @Override
    public CompletionStage<Integer> send(byte[] body) throws Exception {
        Message message = new Message(settings.topic(), body);
        return switch (settings.style()) {
            case SYNC -> stored(producer.send(message), 1);
            case BATCH -> {
                List<Message> batch = new ArrayList<>(settings.batch());
                for (int i = 0; i < settings.batch(); i++) {
                    batch.add(new Message(settings.topic(), body));
                }
                yield stored(producer.send(batch), settings.batch());
            }
            case ONE_WAY -> {
                producer.sendOneway(message);
                yield CompletableFuture.completedFuture(1);
            }
            case ASYNC -> sendAsync(message);
        };
    }

    private static CompletionStage<Integer> stored(SendResult result, int messages) {
        return result.getSendStatus() == SendStatus.SEND_OK
                ? CompletableFuture.completedFuture(messages)
                : CompletableFuture.failedFuture(new IllegalStateException("answered " + result.getSendStatus()));
    }

    private CompletionStage<Integer> sendAsync(Message message) throws Exception {
        CompletableFuture<Integer> answered = new CompletableFuture<>();
        producer.send(message, new SendCallback() {
            @Override
            public void onSuccess(SendResult result) {
                answered.complete(1);
            }

            @Override
            public void onException(Throwable failed) {
                answered.completeExceptionally(failed);
            }
        });
        return answered;
    }

    @Override
    public void receive(String group, Consumer<byte[]> received) throws MQClientException {
        consumer = new DefaultMQPushConsumer(group);
        consumer.setNamesrvAddr(settings.address());
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setConsumeMessageBatchMaxSize(LISTENER_BATCH);
        consumer.subscribe(settings.topic(), "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            for (MessageExt message : messages) {
                received.accept(message.getBody());
            }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
    }

    @Override
    public void close() {
        if (consumer != null) {
            consumer.shutdown();
        }
        producer.shutdown();
    }
}

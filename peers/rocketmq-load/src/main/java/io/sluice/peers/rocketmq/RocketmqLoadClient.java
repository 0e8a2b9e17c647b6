package io.sluice.peers.rocketmq;

import io.sluice.perf.load.LoadClient;
import io.sluice.perf.load.LoadSettings;
import io.sluice.perf.load.Member;
import io.sluice.perf.load.Reading;
import io.sluice.perf.load.Receiver;
import io.sluice.perf.measure.Completion;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
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

/** One producer for all load threads; a push consumers whose listeners take 32 messages at once. */
public final class RocketmqLoadClient implements LoadClient {
    private static final int LISTENER_BATCH = 32;
    private static final long POLL_MS = 500;
    private static final int NEVER_COMPRESS = Integer.MAX_VALUE;

    private final LoadSettings settings;
    private final DefaultMQProducer producer;

    public RocketmqLoadClient(LoadSettings settings) throws MQClientException {
        this.settings = settings;
        this.producer = new DefaultMQProducer("perf-out");
        producer.setInstanceName("perf-out-" + System.identityHashCode(this));
        producer.setNamesrvAddr(settings.address());
        producer.setDefaultTopicQueueNums(settings.queues());
        producer.setCompressMsgBodyOverHowmuch(NEVER_COMPRESS);
        producer.start();
    }

    @Override
    public void send(int topic, byte[] body, Completion completion) throws Exception {
        Message message = new Message(settings.topicName(topic), body);
        switch (settings.style()) {
            case SYNC -> stored(producer.send(message), 1, completion);
            case BATCH -> {
                List<Message> batch = new ArrayList<>(settings.batch());
                for (int i = 0; i < settings.batch(); i++) {
                    batch.add(new Message(message.getTopic(), body));
                }
                stored(producer.send(batch), settings.batch(), completion);
            }
            case ONE_WAY -> {
                producer.sendOneway(message);
                completion.done(1);
            }
            case ASYNC ->
                producer.send(message, new SendCallback() {
                    @Override
                    public void onSuccess(SendResult result) {
                        stored(result, 1, completion);
                    }

                    @Override
                    public void onException(Throwable failed) {
                        completion.failed(failed);
                    }
                });
        }
    }

    private static void stored(SendResult result, int messages, Completion completion) {
        if (result.getSendStatus() == SendStatus.SEND_OK) {
            completion.done(messages);
        } else {
            completion.failed(new IllegalStateException("answered " + result.getSendStatus()));
        }
    }

    @Override
    public AutoCloseable receive(Member member, Consumer<byte[]> received) throws MQClientException {
        return settings.reading() == Reading.PULL ? pull(member, received) : push(member, received);
    }

    private AutoCloseable push(Member member, Consumer<byte[]> received) throws MQClientException {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(member.group());
        consumer.setNamesrvAddr(settings.address());
        consumer.setInstanceName(instance(member));
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setConsumeMessageBatchMaxSize(LISTENER_BATCH);
        for (String topic : settings.topicNames()) {
            consumer.subscribe(topic, "*");
        }
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            for (MessageExt message : messages) {
                received.accept(message.getBody());
            }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        return consumer::shutdown;
    }

    private AutoCloseable pull(Member member, Consumer<byte[]> received) throws MQClientException {
        DefaultLitePullConsumer consumer = new DefaultLitePullConsumer(member.group());
        consumer.setNamesrvAddr(settings.address());
        consumer.setInstanceName(instance(member));
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        for (String topic : settings.topicNames()) {
            consumer.subscribe(topic, "*");
        }
        consumer.start();
        return new Receiver("lite-pull-" + member.index(), () -> poll(consumer, received), consumer::shutdown);
    }

    private static void poll(DefaultLitePullConsumer consumer, Consumer<byte[]> received) {
        for (MessageExt message : consumer.poll(POLL_MS)) {
            received.accept(message.getBody());
        }
    }

    /** Members of one group in one process are told apart by it. */
    private static String instance(Member member) {
        return member.group() + "-" + member.index();
    }

    @Override
    public void close() {
        producer.shutdown();
    }
}

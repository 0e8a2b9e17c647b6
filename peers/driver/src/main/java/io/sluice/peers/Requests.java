package io.sluice.peers;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.RequestCallback;
import org.apache.rocketmq.client.utils.MessageUtil;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/**
 * Conversations.
 *
 * <pre>
 *   replier      GROUP TOPIC                   consumes and answers each message with "re: " and its body
 *   request      TOPIC BODY64 TIMEOUTMS        OK and the body of the reply
 *   requestasync TOPIC BODY64 TIMEOUTMS        the same, by callback
 * </pre>
 */
final class Requests {
    private final Clients clients;
    private final Producers producers;

    Requests(Clients clients, Producers producers) {
        this.clients = clients;
        this.producers = producers;
    }

    void addTo(ApacheClientDriver driver) {
        driver.on("replier", 2, this::startReplier);
        driver.on("request", 3, this::request);
        driver.on("requestasync", 3, this::requestAsync);
    }

    private String startReplier(Words words) throws Exception {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(words.text(0));
        clients.configure(consumer, words.text(0), words);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(words.text(1), "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            messages.forEach(this::reply);
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        clients.started(words.text(0), consumer::shutdown);
        return words.text(0);
    }

    private void reply(MessageExt asked) {
        String text = "re: " + new String(asked.getBody(), StandardCharsets.UTF_8);
        try {
            producers
                    .current()
                    .send(MessageUtil.createReplyMessage(asked, text.getBytes(StandardCharsets.UTF_8)));
        } catch (Exception failed) {
            throw new IllegalStateException("the reply could not be sent", failed);
        }
    }

    private String request(Words words) throws Exception {
        Message reply =
                producers.current().request(new Message(words.text(0), words.bytes(1)), words.number(2));
        return new String(reply.getBody(), StandardCharsets.UTF_8);
    }

    private String requestAsync(Words words) throws Exception {
        CompletableFuture<String> answer = new CompletableFuture<>();
        RequestCallback callback = new RequestCallback() {
            @Override
            public void onSuccess(Message reply) {
                answer.complete(new String(reply.getBody(), StandardCharsets.UTF_8));
            }

            @Override
            public void onException(Throwable failed) {
                answer.completeExceptionally(failed);
            }
        };
        producers.current().request(new Message(words.text(0), words.bytes(1)), callback, words.number(2));
        return answer.get(2L * words.number(2), TimeUnit.MILLISECONDS);
    }
}

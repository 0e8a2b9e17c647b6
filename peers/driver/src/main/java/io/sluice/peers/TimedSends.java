package io.sluice.peers;

import java.lang.reflect.Method;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageAccessor;

/**
 * Exact times of delivery, by the producer that was started or named last.
 *
 * <pre>
 *   sendat TOPIC EPOCHMS BODY64   OK msgId queueId queueOffset status broker offsetMsgId recallHandle; 4.x: none
 *   recall TOPIC HANDLE           OK msgId; 5.x only
 * </pre>
 */
final class TimedSends {
    private final Producers producers;

    TimedSends(Producers producers) {
        this.producers = producers;
    }

    void addTo(ApacheClientDriver driver) {
        driver.on("sendat", 3, this::sendAt);
        driver.on("recall", 2, this::recall);
    }

    private String sendAt(Words words) throws Exception {
        Message message = new Message(words.text(0), words.bytes(2));
        MessageAccessor.putProperty(message, "TIMER_DELIVER_MS", words.text(1));
        SendResult result = producers.current().send(message);
        return Producers.told(result) + " " + recallHandle(result);
    }

    private static String recallHandle(SendResult result) throws Exception {
        for (Method method : SendResult.class.getMethods()) {
            if (method.getName().equals("getRecallHandle")) {
                return String.valueOf(method.invoke(result));
            }
        }
        return "none";
    }

    private String recall(Words words) throws Exception {
        return (String) DefaultMQProducer.class
                .getMethod("recallMessage", String.class, String.class)
                .invoke(producers.current(), words.text(0), words.text(1));
    }
}

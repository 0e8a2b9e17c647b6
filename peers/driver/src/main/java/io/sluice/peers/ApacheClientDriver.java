package io.sluice.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageAccessor;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * Reads commands from standard input, one per line, fields separated by tabs, and answers each with a line that begins
 * with {@code OK} or {@code ERR}. Messages received are told at any time as lines that begin with {@code GOT}. Ends with
 * the input.
 *
 * <pre>
 *   producer  GROUP                                     start a producer
 *   send      TOPIC TAG KEYS BODY64 [NAME=VALUE]...     OK msgId queueId queueOffset status
 *   sendqueue TOPIC QUEUEID BODY64                      the same, to one queue
 *   sendmany  TOPIC COUNT THREADS PREFIX BYTES          OK COUNT; bodies are PREFIX-0, PREFIX-1... padded to BYTES
 *   sendbatch TOPIC COUNT PREFIX                        OK COUNT, as one batch
 *   consumer  GROUP TOPIC EXPRESSION FAILFIRST          start a push consumer; its first FAILFIRST deliveries fail
 *   pullall   TOPIC                                     OK COUNT, after a GOT for each message of every queue
 *   querykey  TOPIC KEY                                 OK COUNT, after a GOT for each message with the key
 *   committed GROUP TOPIC QUEUEID                       OK OFFSET, what the broker remembers of the group
 *   sendat    TOPIC EPOCHMS BODY64                      OK msgId queueId queueOffset status recallHandle
 *   recall    TOPIC HANDLE                              OK msgId; 5.x only
 * </pre>
 */
public final class ApacheClientDriver {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private final String nameServers;
    private final List<Runnable> closing = new ArrayList<>();
    private DefaultMQProducer producer;

    private ApacheClientDriver(String nameServers) {
        this.nameServers = nameServers;
    }

    public static void main(String[] arguments) throws IOException {
        ApacheClientDriver driver = new ApacheClientDriver(arguments[0]);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            driver.answer(line.split("\t", -1));
        }
        driver.closing.forEach(Runnable::run);
        System.exit(0);
    }

    private void answer(String[] command) {
        try {
            say("OK " + run(command));
        } catch (Exception failed) {
            say("ERR " + failed.getClass().getSimpleName() + " " + String.valueOf(failed.getMessage()).replace('\n', ' '));
        }
    }

    private static synchronized void say(String line) {
        OUT.println(line);
    }

    private String run(String[] command) throws Exception {
        switch (command[0]) {
            case "producer":
                return startProducer(command[1]);
            case "send":
                return send(command);
            case "sendqueue":
                return sendToQueue(command);
            case "sendmany":
                return sendMany(
                        command[1], Integer.parseInt(command[2]), Integer.parseInt(command[3]), command[4],
                        Integer.parseInt(command[5]));
            case "sendbatch":
                return sendBatch(command[1], Integer.parseInt(command[2]), command[3]);
            case "consumer":
                return startConsumer(command[1], command[2], command[3], Integer.parseInt(command[4]));
            case "pullall":
                return pullAll(command[1]);
            case "querykey":
                return queryKey(command[1], command[2]);
            case "sendat":
                return sendAt(command[1], command[2], command[3]);
            case "recall":
                return (String) DefaultMQProducer.class
                        .getMethod("recallMessage", String.class, String.class)
                        .invoke(producer, command[1], command[2]);
            case "committed":
                return committed(command[1], command[2], Integer.parseInt(command[3]));
            default:
                throw new IllegalArgumentException("unknown command " + command[0]);
        }
    }

    private String startProducer(String group) throws Exception {
        producer = new DefaultMQProducer(group);
        producer.setNamesrvAddr(nameServers);
        producer.setInstanceName(group);
        producer.start();
        closing.add(producer::shutdown);
        return group;
    }

    private String send(String[] command) throws Exception {
        Message message = new Message(
                command[1], command[2], command[3], Base64.getDecoder().decode(command[4]));
        for (int i = 5; i < command.length; i++) {
            int equals = command[i].indexOf('=');
            message.putUserProperty(command[i].substring(0, equals), command[i].substring(equals + 1));
        }
        return told(producer.send(message));
    }

    private String sendAt(String topic, String epochMs, String body) throws Exception {
        Message message = new Message(topic, Base64.getDecoder().decode(body));
        MessageAccessor.putProperty(message, "TIMER_DELIVER_MS", epochMs);
        SendResult result = producer.send(message);
        return told(result) + " " + recallHandle(result);
    }

    /** Clients of 4.x do not know it. */
    private static String recallHandle(SendResult result) throws Exception {
        for (Method method : SendResult.class.getMethods()) {
            if (method.getName().equals("getRecallHandle")) {
                return String.valueOf(method.invoke(result));
            }
        }
        return "none";
    }

    private String sendToQueue(String[] command) throws Exception {
        Message message = new Message(command[1], Base64.getDecoder().decode(command[3]));
        int queueId = Integer.parseInt(command[2]);
        return told(producer.send(message, (queues, sent, wanted) -> queueWithId(queues, queueId), null));
    }

    private static MessageQueue queueWithId(List<MessageQueue> queues, int queueId) {
        for (MessageQueue queue : queues) {
            if (queue.getQueueId() == queueId) {
                return queue;
            }
        }
        throw new IllegalArgumentException("no queue " + queueId + " in " + queues);
    }

    private static String told(SendResult result) {
        return result.getMsgId() + " " + result.getMessageQueue().getQueueId() + " " + result.getQueueOffset() + " "
                + result.getSendStatus();
    }

    private String sendMany(String topic, int count, int threads, String prefix, int bytes) throws Exception {
        ExecutorService senders = Executors.newFixedThreadPool(threads);
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(senders.submit(() -> {
                for (int number = next.getAndIncrement(); number < count; number = next.getAndIncrement()) {
                    producer.send(new Message(topic, body(prefix, number, bytes)));
                }
                return null;
            }));
        }
        for (Future<?> sender : running) {
            sender.get();
        }
        senders.shutdown();
        return String.valueOf(count);
    }

    private static byte[] body(String prefix, int number, int bytes) {
        StringBuilder text = new StringBuilder(prefix + "-" + number);
        if (text.length() < bytes) {
            text.append(' ');
        }
        while (text.length() < bytes) {
            text.append('.');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private String sendBatch(String topic, int count, String prefix) throws Exception {
        List<Message> batch = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            batch.add(new Message(topic, body(prefix, number, 0)));
        }
        producer.send(batch);
        return String.valueOf(count);
    }

    private String startConsumer(String group, String topic, String expression, int failFirst) throws Exception {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(group);
        consumer.setNamesrvAddr(nameServers);
        consumer.setInstanceName(group + "-" + closing.size() + "-" + ProcessHandle.current().pid());
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(topic, expression);
        AtomicInteger failures = new AtomicInteger(failFirst);
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            messages.forEach(ApacheClientDriver::tell);
            return failures.getAndDecrement() > 0
                    ? ConsumeConcurrentlyStatus.RECONSUME_LATER
                    : ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        closing.add(consumer::shutdown);
        return group;
    }

    @SuppressWarnings("deprecation") // the plainest consumer there is, present in every release
    private DefaultMQPullConsumer puller(String group) throws Exception {
        DefaultMQPullConsumer puller = new DefaultMQPullConsumer(group);
        puller.setNamesrvAddr(nameServers);
        puller.setInstanceName(group + "-" + closing.size());
        puller.start();
        closing.add(puller::shutdown);
        return puller;
    }

    @SuppressWarnings("deprecation")
    private String pullAll(String topic) throws Exception {
        DefaultMQPullConsumer puller = puller("PULL_" + topic.hashCode());
        int count = 0;
        for (MessageQueue queue : puller.fetchSubscribeMessageQueues(topic)) {
            long next = puller.minOffset(queue);
            long end = puller.maxOffset(queue);
            while (next < end) {
                PullResult pulled = puller.pull(queue, "*", next, 32);
                if (pulled.getMsgFoundList() != null) {
                    pulled.getMsgFoundList().forEach(ApacheClientDriver::tell);
                    count += pulled.getMsgFoundList().size();
                }
                next = pulled.getNextBeginOffset();
            }
        }
        return String.valueOf(count);
    }

    private String queryKey(String topic, String key) throws Exception {
        List<MessageExt> found = producer.queryMessage(topic, key, 64, 0, Long.MAX_VALUE).getMessageList();
        found.forEach(ApacheClientDriver::tell);
        return String.valueOf(found.size());
    }

    @SuppressWarnings("deprecation")
    private String committed(String group, String topic, int queueId) throws Exception {
        DefaultMQPullConsumer puller = puller(group);
        for (MessageQueue queue : puller.fetchSubscribeMessageQueues(topic)) {
            if (queue.getQueueId() == queueId) {
                return String.valueOf(puller.fetchConsumeOffset(queue, true));
            }
        }
        throw new IllegalArgumentException("no queue " + queueId + " of " + topic);
    }

    private static void tell(MessageExt message) {
        StringBuilder properties = new StringBuilder();
        for (Map.Entry<String, String> property : message.getProperties().entrySet()) {
            properties.append(property.getKey()).append('\u0001').append(property.getValue()).append('\u0002');
        }
        say("GOT\t" + message.getTopic() + "\t" + message.getQueueId() + "\t" + message.getQueueOffset() + "\t"
                + message.getReconsumeTimes() + "\t" + base64(message.getBody()) + "\t"
                + base64(properties.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}

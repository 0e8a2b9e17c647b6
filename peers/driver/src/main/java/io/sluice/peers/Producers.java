package io.sluice.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.MessageQueueSelector;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.selector.SelectMessageQueueByHash;
import org.apache.rocketmq.client.producer.selector.SelectMessageQueueByRandom;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * Sending, each time by the producer that was started or named last.
 *
 * <pre>
 *   producer   GROUP [compress=ZLIB|LZ4|ZSTD] [compressover=BYTES] [isolate=true] [retries=N] [timeout=MS] [trace=true]
 *              [autobatch=true]                       puts single messages into batches itself (5.x only)
 *   use        GROUP                                    send by this producer from now on
 *   send       TOPIC TAG KEYS BODY64 [NAME=VALUE]...    OK msgId queueId queueOffset status broker offsetMsgId
 *   sendqueue  TOPIC QUEUEID BODY64 [broker=NAME]       the same, to one queue named as such
 *   sendby     SELECTOR TOPIC ARGUMENT BODY64           the same, to the queue that hash, random or own chooses
 *   sendmany   TOPIC COUNT THREADS PREFIX BYTES         OK COUNT; bodies are PREFIX-0, PREFIX-1... padded to BYTES
 *   sendasync  TOPIC COUNT PREFIX                       OK COUNT, when every callback has told success
 *   sendoneway TOPIC COUNT PREFIX                       OK COUNT, at once
 *   sendbatch  TOPIC COUNT PREFIX [keys=true]           OK COUNT, as one batch
 * </pre>
 */
final class Producers {
    /** More than these clients' own three seconds, in which a busy machine may not even have loaded their classes. */
    static final int SEND_TIMEOUT_MS = 15_000;

    private static final long CALLBACKS_SECONDS = 60;

    private final Clients clients;
    private final Map<String, DefaultMQProducer> producers = new LinkedHashMap<>();
    private DefaultMQProducer current;

    Producers(Clients clients) {
        this.clients = clients;
    }

    void addTo(ApacheClientDriver driver) {
        driver.on("producer", 1, this::start);
        driver.on("use", 1, this::use);
        driver.on("send", 4, this::send);
        driver.on("sendqueue", 3, this::sendToQueue);
        driver.on("sendby", 4, this::sendBySelector);
        driver.on("sendmany", 5, this::sendMany);
        driver.on("sendasync", 3, this::sendAsync);
        driver.on("sendoneway", 3, this::sendOneWay);
        driver.on("sendbatch", 3, this::sendBatch);
    }

    DefaultMQProducer current() {
        return current;
    }

    private String start(Words words) throws Exception {
        String group = words.text(0);
        if (words.options().containsKey("compress")) {
            System.setProperty("rocketmq.message.compressType", words.option("compress", ""));
        }
        DefaultMQProducer producer = words.isOn("trace")
                ? new DefaultMQProducer(group, true, null)
                : new DefaultMQProducer(group);
        clients.configure(producer, group, words);
        producer.setCompressMsgBodyOverHowmuch(
                words.option("compressover", producer.getCompressMsgBodyOverHowmuch()));
        producer.setSendLatencyFaultEnable(words.isOn("isolate"));
        producer.setRetryTimesWhenSendFailed(words.option("retries", producer.getRetryTimesWhenSendFailed()));
        producer.setSendMsgTimeout(words.option("timeout", SEND_TIMEOUT_MS));
        if (words.isOn("autobatch")) {
            // By name: the older release has no such setting.
            DefaultMQProducer.class.getMethod("setAutoBatch", boolean.class).invoke(producer, true);
        }
        producer.start();
        producers.put(group, producer);
        current = producer;
        clients.started(group, producer::shutdown);
        return group;
    }

    private String use(Words words) {
        current = producers.get(words.text(0));
        return words.text(0);
    }

    private String send(Words words) throws Exception {
        Message message = new Message(words.text(0), words.text(1), words.text(2), words.bytes(3));
        words.options().forEach(message::putUserProperty);
        return told(current.send(message));
    }

    private String sendToQueue(Words words) throws Exception {
        int queueId = words.number(1);
        MessageQueue queue = current.fetchPublishMessageQueues(words.text(0)).stream()
                .filter(some -> some.getQueueId() == queueId)
                .filter(some -> words.option("broker", some.getBrokerName()).equals(some.getBrokerName()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no queue " + queueId));
        return told(current.send(new Message(words.text(0), words.bytes(2)), queue));
    }

    private String sendBySelector(Words words) throws Exception {
        MessageQueueSelector selector =
                switch (words.text(0)) {
                    case "hash" -> new SelectMessageQueueByHash();
                    case "random" -> new SelectMessageQueueByRandom();
                    case "own" -> (queues, message, argument) -> queues.get(Integer.parseInt((String) argument));
                    default -> throw new IllegalArgumentException("no selector is called " + words.text(0));
                };
        return told(current.send(new Message(words.text(1), words.bytes(3)), selector, words.text(2)));
    }

    static String told(SendResult result) {
        return String.join(
                " ",
                result.getMsgId(),
                String.valueOf(result.getMessageQueue().getQueueId()),
                String.valueOf(result.getQueueOffset()),
                result.getSendStatus().name(),
                result.getMessageQueue().getBrokerName(),
                String.valueOf(result.getOffsetMsgId()));
    }

    private String sendMany(Words words) throws Exception {
        int count = words.number(1);
        ExecutorService senders = Executors.newFixedThreadPool(words.number(2));
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < words.number(2); i++) {
            running.add(senders.submit(() -> {
                for (int number = next.getAndIncrement(); number < count; number = next.getAndIncrement()) {
                    current.send(new Message(
                            words.text(0), Bodies.numbered(words.text(3), number, words.number(4))));
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

    private String sendAsync(Words words) throws Exception {
        int count = words.number(1);
        CountDownLatch open = new CountDownLatch(count);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        SendCallback callback = new SendCallback() {
            @Override
            public void onSuccess(SendResult result) {
                open.countDown();
            }

            @Override
            public void onException(Throwable failed) {
                failure.compareAndSet(null, failed);
                open.countDown();
            }
        };
        for (int number = 0; number < count; number++) {
            current.send(new Message(words.text(0), Bodies.numbered(words.text(2), number)), callback);
        }
        if (!open.await(CALLBACKS_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(open.getCount() + " callbacks did not come");
        }
        if (failure.get() != null) {
            throw new IllegalStateException(failure.get());
        }
        return String.valueOf(count);
    }

    private String sendOneWay(Words words) throws Exception {
        for (int number = 0; number < words.number(1); number++) {
            current.sendOneway(new Message(words.text(0), Bodies.numbered(words.text(2), number)));
        }
        return words.text(1);
    }

    private String sendBatch(Words words) throws Exception {
        List<Message> batch = new ArrayList<>();
        for (int number = 0; number < words.number(1); number++) {
            Message message = new Message(words.text(0), Bodies.numbered(words.text(2), number));
            if (words.isOn("keys")) {
                message.setKeys(words.text(2) + number);
            }
            batch.add(message);
        }
        current.send(batch);
        return words.text(1);
    }
}

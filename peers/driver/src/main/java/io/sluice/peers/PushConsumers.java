package io.sluice.peers;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import org.apache.rocketmq.client.consumer.AllocateMessageQueueStrategy;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.MessageSelector;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMachineRoomNearby;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueAveragely;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueAveragelyByCircle;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueByConfig;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueByMachineRoom;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueConsistentHash;
import org.apache.rocketmq.client.impl.consumer.DefaultMQPushConsumerImpl;
import org.apache.rocketmq.client.impl.factory.MQClientInstance;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * Consumers that are pushed to; what they receive is told under their name.
 *
 * <pre>
 *   consumer GROUP TOPIC EXPRESSION FAILFIRST
 *       start one; its first FAILFIRST deliveries fail, -1: all. OK and its client id
 *       name=NAME             what it is called, GROUP-NUMBER unless told
 *       sql=true              EXPRESSION is an SQL condition
 *       orderly=true          in order, queue by queue
 *       broadcast=true        every member wants every message
 *       from=LAST|FIRST|TIME  where a new group begins, FIRST unless told; at=yyyyMMddHHmmss with TIME
 *       by=circle|hash|nearby|config:0,2|rooms:A,B     how queues are divided; rooms: those of brokers named ROOM@NAME
 *       max=N  level=N        failures allowed; delay level asked for with each failure
 *       cached=N  batch=N     messages of a queue that may wait here; messages given to the listener at once
 *       hold=true             the listener keeps the first message until "release"
 *   popper   ...              the same, letting the broker divide the queues (5.x only)
 *   subscribe   NAME TOPIC EXPRESSION      a running consumer wants this topic too
 *   unsubscribe NAME TOPIC                 or no longer
 *   renew    NAME TOPIC       its subscription has a new version, as after a change of its queues, but heartbeats are held
 *                           back from now on
 *   release  NAME             lets go of what the listener holds
 * </pre>
 */
final class PushConsumers {
    private static final int ALWAYS = -1;

    private final Clients clients;
    private final Map<String, CountDownLatch> held = new LinkedHashMap<>();
    private final Map<String, DefaultMQPushConsumer> consumers = new LinkedHashMap<>();
    private int count;

    PushConsumers(Clients clients) {
        this.clients = clients;
    }

    void addTo(ApacheClientDriver driver) {
        driver.on("consumer", 4, words -> start(words, true));
        driver.on("popper", 4, words -> start(words, false));
        driver.on("release", 1, this::release);
        driver.on("subscribe", 3, this::subscribe);
        driver.on("unsubscribe", 2, this::unsubscribe);
        driver.on("renew", 2, this::renew);
    }

    private String start(Words words, boolean dividesItself) throws Exception {
        String name = words.option("name", words.text(0) + "-" + count++);
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(words.text(0));
        clients.configure(consumer, name, words);
        if (words.isOn("sql")) {
            consumer.subscribe(words.text(1), MessageSelector.bySql(words.text(2)));
        } else {
            consumer.subscribe(words.text(1), words.text(2));
        }
        consumer.setConsumeFromWhere(ConsumeFromWhere.valueOf("CONSUME_FROM_"
                + Map.of("FIRST", "FIRST_OFFSET", "LAST", "LAST_OFFSET", "TIME", "TIMESTAMP")
                        .get(words.option("from", "FIRST"))));
        if (words.options().containsKey("at")) {
            consumer.setConsumeTimestamp(words.option("at", ""));
        }
        if (words.isOn("broadcast")) {
            // Unnamed here, since the releases have the type in different packages.
            consumer.setMessageModel(
                    Enum.valueOf(consumer.getMessageModel().getDeclaringClass(), "BROADCASTING"));
        }
        if (!dividesItself) {
            // By name: the older release has no such setting.
            DefaultMQPushConsumer.class
                    .getMethod("setClientRebalance", boolean.class)
                    .invoke(consumer, false);
        }
        consumer.setAllocateMessageQueueStrategy(strategy(words.option("by", "average"), words.text(1)));
        consumer.setMaxReconsumeTimes(words.option("max", consumer.getMaxReconsumeTimes()));
        consumer.setPullThresholdForQueue(words.option("cached", consumer.getPullThresholdForQueue()));
        consumer.setConsumeMessageBatchMaxSize(words.option("batch", consumer.getConsumeMessageBatchMaxSize()));
        listen(consumer, name, words);
        consumer.start();
        consumers.put(name, consumer);
        clients.started(name, consumer::shutdown);
        return consumer.buildMQClientId();
    }

    private void listen(DefaultMQPushConsumer consumer, String name, Words words) {
        Failures failures = new Failures(words.number(3));
        CountDownLatch until = new CountDownLatch(words.isOn("hold") ? 1 : 0);
        held.put(name, until);
        if (words.isOn("orderly")) {
            consumer.registerMessageListener((MessageListenerOrderly) (messages, context) -> {
                tell(name, messages, until);
                return failures.next()
                        ? ConsumeOrderlyStatus.SUSPEND_CURRENT_QUEUE_A_MOMENT
                        : ConsumeOrderlyStatus.SUCCESS;
            });
        } else {
            int level = words.option("level", 0);
            consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
                tell(name, messages, until);
                context.setDelayLevelWhenNextConsume(level);
                return failures.next()
                        ? ConsumeConcurrentlyStatus.RECONSUME_LATER
                        : ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            });
        }
    }

    private static void tell(String name, List<MessageExt> messages, CountDownLatch until) {
        messages.forEach(message -> Told.got(name, message));
        try {
            until.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("stopped while holding a message", interrupted);
        }
    }

    /** The first so many deliveries fail. */
    private static final class Failures {
        private final int wanted;
        private final AtomicInteger had = new AtomicInteger();

        Failures(int wanted) {
            this.wanted = wanted;
        }

        boolean next() {
            return wanted == ALWAYS || had.getAndIncrement() < wanted;
        }
    }

    private static AllocateMessageQueueStrategy strategy(String text, String topic) {
        if (text.startsWith("config:")) {
            AllocateMessageQueueByConfig fixed = new AllocateMessageQueueByConfig();
            List<MessageQueue> queues = new ArrayList<>();
            for (String queueId : text.substring("config:".length()).split(",")) {
                queues.add(new MessageQueue(topic, "broker-a", Integer.parseInt(queueId)));
            }
            fixed.setMessageQueueList(queues);
            return fixed;
        }
        if (text.startsWith("rooms:")) {
            AllocateMessageQueueByMachineRoom rooms = new AllocateMessageQueueByMachineRoom();
            rooms.setConsumeridcs(Set.of(text.substring("rooms:".length()).split(",")));
            return rooms;
        }
        return switch (text) {
            case "average" -> new AllocateMessageQueueAveragely();
            case "circle" -> new AllocateMessageQueueAveragelyByCircle();
            case "hash" -> new AllocateMessageQueueConsistentHash();
            case "nearby" -> new AllocateMachineRoomNearby(new AllocateMessageQueueAveragely(), new OneRoom());
            default -> throw new IllegalArgumentException("no strategy is called " + text);
        };
    }

    /** Every broker and every consumer stands in the same machine room. */
    private static final class OneRoom implements AllocateMachineRoomNearby.MachineRoomResolver {
        @Override
        public String brokerDeployIn(MessageQueue queue) {
            return "here";
        }

        @Override
        public String consumerDeployIn(String clientId) {
            return "here";
        }
    }

    private String subscribe(Words words) throws Exception {
        consumers.get(words.text(0)).subscribe(words.text(1), words.text(2));
        return words.text(0);
    }

    private String unsubscribe(Words words) {
        consumers.get(words.text(0)).unsubscribe(words.text(1));
        return words.text(0);
    }

    private String renew(Words words) throws ReflectiveOperationException {
        DefaultMQPushConsumerImpl consumer = consumers.get(words.text(0)).getDefaultMQPushConsumerImpl();
        Field heartbeats = MQClientInstance.class.getDeclaredField("lockHeartbeat");
        heartbeats.setAccessible(true);
        ((Lock) heartbeats.get(consumer.getmQClientFactory())).lock();
        consumer.getSubscriptionInner().get(words.text(1)).setSubVersion(System.currentTimeMillis());
        return words.text(0);
    }

    private String release(Words words) {
        held.get(words.text(0)).countDown();
        return words.text(0);
    }
}

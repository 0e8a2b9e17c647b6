package io.sluice.peers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.consumer.MessageSelector;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * Consumers that poll, by their group's name; what they receive is told under it.
 *
 * <pre>
 *   litesubscribe GROUP TOPIC EXPRESSION            queues are divided among the members; [sql=true]
 *   liteassign    GROUP TOPIC QUEUEIDS              exactly these queues, as 0,2
 *   liteseek      GROUP TOPIC QUEUEID OFFSET        OFFSET may be begin, end, or @ and a time
 *   litepoll      GROUP TIMEOUTMS                   OK COUNT, after the GOTs
 *   litecommit    GROUP                             OK
 *   litequeues    GROUP TOPIC                       OK and the queues it has, as 0,2
 *   litecommitted GROUP TOPIC QUEUEID               OK OFFSET
 * </pre>
 */
final class LitePullConsumers {
    private final Clients clients;
    private final Map<String, DefaultLitePullConsumer> consumers = new LinkedHashMap<>();

    LitePullConsumers(Clients clients) {
        this.clients = clients;
    }

    void addTo(ApacheClientDriver driver) {
        driver.on("litesubscribe", 3, this::subscribe);
        driver.on("liteassign", 3, this::assign);
        driver.on("liteseek", 4, this::seek);
        driver.on("litepoll", 2, this::poll);
        driver.on("litecommit", 1, this::commit);
        driver.on("litequeues", 2, this::queues);
        driver.on("litecommitted", 3, this::committed);
    }

    private DefaultLitePullConsumer made(Words words) {
        String group = words.text(0);
        DefaultLitePullConsumer consumer = new DefaultLitePullConsumer(group);
        clients.configure(consumer, group, words);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setAutoCommit(false);
        consumers.put(group, consumer);
        clients.started(group, consumer::shutdown);
        return consumer;
    }

    private String subscribe(Words words) throws Exception {
        DefaultLitePullConsumer consumer = made(words);
        if (words.isOn("sql")) {
            consumer.subscribe(words.text(1), MessageSelector.bySql(words.text(2)));
        } else {
            consumer.subscribe(words.text(1), words.text(2));
        }
        consumer.start();
        return words.text(0);
    }

    private String assign(Words words) throws Exception {
        DefaultLitePullConsumer consumer = made(words);
        consumer.start();
        Set<Integer> wanted =
                List.of(words.text(2).split(",")).stream().map(Integer::valueOf).collect(Collectors.toSet());
        consumer.assign(consumer.fetchMessageQueues(words.text(1)).stream()
                .filter(queue -> wanted.contains(queue.getQueueId()))
                .toList());
        return words.text(0);
    }

    private MessageQueue queue(Words words) throws Exception {
        return consumers.get(words.text(0)).fetchMessageQueues(words.text(1)).stream()
                .filter(queue -> queue.getQueueId() == words.number(2))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no queue " + words.text(2)));
    }

    private String seek(Words words) throws Exception {
        DefaultLitePullConsumer consumer = consumers.get(words.text(0));
        MessageQueue queue = queue(words);
        String where = words.text(3);
        if (where.equals("begin")) {
            consumer.seekToBegin(queue);
        } else if (where.equals("end")) {
            consumer.seekToEnd(queue);
        } else if (where.startsWith("@")) {
            consumer.seek(queue, consumer.offsetForTimestamp(queue, Long.valueOf(where.substring(1))));
        } else {
            consumer.seek(queue, Long.parseLong(where));
        }
        return where;
    }

    private String poll(Words words) {
        List<MessageExt> polled = consumers.get(words.text(0)).poll(words.number(1));
        polled.forEach(message -> Told.got(words.text(0), message));
        return String.valueOf(polled.size());
    }

    private String commit(Words words) throws Exception {
        DefaultLitePullConsumer consumer = consumers.get(words.text(0));
        consumer.commit(consumer.assignment(), true);
        return words.text(0);
    }

    private String queues(Words words) throws Exception {
        return consumers.get(words.text(0)).assignment().stream()
                .filter(queue -> queue.getTopic().equals(words.text(1)))
                .map(queue -> String.valueOf(queue.getQueueId()))
                .sorted()
                .collect(Collectors.joining(","));
    }

    private String committed(Words words) throws Exception {
        return String.valueOf(consumers.get(words.text(0)).committed(queue(words)));
    }
}

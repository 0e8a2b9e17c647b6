package io.sluice.peers;

import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.MessageSelector;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * The plainest consumer there is, present in every release.
 *
 * <pre>
 *   pullall   TOPIC                                 OK COUNT, after a GOT for each message of every queue
 *   pull      TOPIC QUEUEID OFFSET EXPRESSION       OK status nextOffset minOffset maxOffset, after the GOTs
 *             [sql=true]
 *   pullwait  TOPIC QUEUEID OFFSET HOLDMS           the same, but the broker may hold the answer that long
 *   committed GROUP TOPIC QUEUEID                   OK OFFSET, what the broker remembers of the group; -1: nothing
 *   commit    GROUP TOPIC QUEUEID OFFSET            OK, when the broker was told
 *   offsets   TOPIC QUEUEID TIMESTAMP               OK min max offset-at-that-time earliest-store-time
 * </pre>
 */
@SuppressWarnings("deprecation") // the class is, and users have it
final class PullConsumers {
    private static final String READER = "pull";
    private static final int BATCH = 32;

    private final Clients clients;
    private DefaultMQPullConsumer reader;

    PullConsumers(Clients clients) {
        this.clients = clients;
    }

    void addTo(ApacheClientDriver driver) {
        driver.on("pullall", 1, this::pullAll);
        driver.on("pull", 4, this::pull);
        driver.on("pullwait", 4, this::pullWaiting);
        driver.on("committed", 3, this::committed);
        driver.on("commit", 4, this::commit);
        driver.on("offsets", 3, this::offsets);
    }

    private DefaultMQPullConsumer start(String group, String name, Words words) throws Exception {
        DefaultMQPullConsumer puller = new DefaultMQPullConsumer(group);
        clients.configure(puller, name, words);
        puller.start();
        clients.started(name, puller::shutdown);
        return puller;
    }

    private DefaultMQPullConsumer reader(Words words) throws Exception {
        if (reader == null) {
            reader = start("PULL_GROUP", READER, words);
        }
        return reader;
    }

    private static MessageQueue queue(DefaultMQPullConsumer puller, String topic, int queueId) throws Exception {
        return puller.fetchSubscribeMessageQueues(topic).stream()
                .filter(queue -> queue.getQueueId() == queueId)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no queue " + queueId + " of " + topic));
    }

    private String pullAll(Words words) throws Exception {
        DefaultMQPullConsumer puller = reader(words);
        int count = 0;
        for (MessageQueue queue : puller.fetchSubscribeMessageQueues(words.text(0))) {
            long next = puller.minOffset(queue);
            long end = puller.maxOffset(queue);
            while (next < end) {
                PullResult pulled = puller.pull(queue, "*", next, BATCH);
                count += tell(pulled);
                next = pulled.getNextBeginOffset();
            }
        }
        return String.valueOf(count);
    }

    private static int tell(PullResult pulled) {
        if (pulled.getMsgFoundList() == null) {
            return 0;
        }
        pulled.getMsgFoundList().forEach(message -> Told.got(READER, message));
        return pulled.getMsgFoundList().size();
    }

    private static String told(PullResult pulled) {
        tell(pulled);
        return String.join(
                " ",
                pulled.getPullStatus().name(),
                String.valueOf(pulled.getNextBeginOffset()),
                String.valueOf(pulled.getMinOffset()),
                String.valueOf(pulled.getMaxOffset()));
    }

    private String pull(Words words) throws Exception {
        DefaultMQPullConsumer puller = reader(words);
        MessageQueue queue = queue(puller, words.text(0), words.number(1));
        return told(
                words.isOn("sql")
                        ? puller.pull(queue, MessageSelector.bySql(words.text(3)), words.number(2), BATCH)
                        : puller.pull(queue, words.text(3), words.number(2), BATCH));
    }

    private String pullWaiting(Words words) throws Exception {
        DefaultMQPullConsumer puller = reader(words);
        puller.getDefaultMQPullConsumerImpl()
                .getDefaultMQPullConsumer()
                .setBrokerSuspendMaxTimeMillis(words.number(3));
        MessageQueue queue = queue(puller, words.text(0), words.number(1));
        return told(puller.pullBlockIfNotFound(queue, "*", words.number(2), BATCH));
    }

    /** A consumer of the group that is not started twice. */
    private DefaultMQPullConsumer memberOf(String group, Words words) throws Exception {
        String name = READER + "-" + group + "-" + System.nanoTime();
        return start(group, name, words);
    }

    private String committed(Words words) throws Exception {
        DefaultMQPullConsumer puller = memberOf(words.text(0), words);
        try {
            return String.valueOf(
                    puller.fetchConsumeOffset(queue(puller, words.text(1), words.number(2)), true));
        } finally {
            puller.shutdown();
        }
    }

    private String commit(Words words) throws Exception {
        DefaultMQPullConsumer puller = memberOf(words.text(0), words);
        try {
puller.getDefaultMQPullConsumerImpl()
                    .getOffsetStore()
                    .updateConsumeOffsetToBroker(queue(puller, words.text(1), words.number(2)), words.number(3), false);
            return words.text(3);
        } finally {
            puller.shutdown();
        }
    }

    private String offsets(Words words) throws Exception {
        DefaultMQPullConsumer puller = reader(words);
        MessageQueue queue = queue(puller, words.text(0), words.number(1));
        return String.join(
                " ",
                String.valueOf(puller.minOffset(queue)),
                String.valueOf(puller.maxOffset(queue)),
                String.valueOf(puller.searchOffset(queue, Long.parseLong(words.text(2)))),
                String.valueOf(puller.earliestMsgStoreTime(queue)));
    }
}

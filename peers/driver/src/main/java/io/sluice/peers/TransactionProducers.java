package io.sluice.peers;

import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/**
 * Transactions, each time by the transactional producer that was started last. A STATE is named as the client names it.
 *
 * <pre>
 *   txproducer GROUP STATE         start a producer that answers every question with STATE
 *   txsend     TOPIC BODY64 STATE  OK as for send; the local transaction ends with STATE
 * </pre>
 */
final class TransactionProducers {
    private final Clients clients;
    private TransactionMQProducer current;

    TransactionProducers(Clients clients) {
        this.clients = clients;
    }

    void addTo(ApacheClientDriver driver) {
        driver.on("txproducer", 2, this::start);
        driver.on("txsend", 3, this::send);
    }

    private String start(Words words) throws Exception {
        String group = words.text(0);
        LocalTransactionState whenAsked = LocalTransactionState.valueOf(words.text(1));
        TransactionMQProducer producer = new TransactionMQProducer(group);
        clients.configure(producer, group, words);
        producer.setSendMsgTimeout(Producers.SEND_TIMEOUT_MS);
        producer.setTransactionListener(new TransactionListener() {
            @Override
            public LocalTransactionState executeLocalTransaction(Message message, Object state) {
                return (LocalTransactionState) state;
            }

            @Override
            public LocalTransactionState checkLocalTransaction(MessageExt message) {
                return whenAsked;
            }
        });
        producer.start();
        current = producer;
        clients.started(group, producer::shutdown);
        return group;
    }

    private String send(Words words) throws Exception {
        return Producers.told(current.sendMessageInTransaction(
                new Message(words.text(0), words.bytes(1)), LocalTransactionState.valueOf(words.text(2))));
    }
}

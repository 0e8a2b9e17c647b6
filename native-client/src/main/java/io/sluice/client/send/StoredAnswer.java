package io.sluice.client.send;

import io.sluice.client.link.ClusterLink;
import io.sluice.model.MessageId;
import io.sluice.model.MessageQueue;
import io.sluice.port.SendOutcome.Doubt;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SendCommands.SendAnswer;
import io.sluice.wire.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the answer to a send that was stored. */
final class StoredAnswer {
    private StoredAnswer() {}

    /** One entry per message sent; empty when the answer says that nothing was stored. */
    static Optional<List<Sent>> read(Frame answer, MessageQueue asked, Outbound outbound) {
        Optional<Doubt> doubt;
        switch (answer.code()) {
            case ResponseCode.SUCCESS -> doubt = Optional.empty();
            case ResponseCode.FLUSH_DISK_TIMEOUT -> doubt = Optional.of(Doubt.FLUSH_TIMEOUT);
            case ResponseCode.FLUSH_SLAVE_TIMEOUT -> doubt = Optional.of(Doubt.REPLICA_TIMEOUT);
            case ResponseCode.SLAVE_NOT_AVAILABLE -> doubt = Optional.of(Doubt.NO_REPLICA);
            default -> {
                return Optional.empty();
            }
        }
        SendAnswer header = ClusterLink.header(answer, SendAnswer.class);
        MessageQueue queue = new MessageQueue(asked.topic(), asked.brokerName(), header.queueId());
        String[] ids = header.msgId().split(",");
        List<Sent> sent = new ArrayList<>(outbound.uniqueKeys().size());
        for (int i = 0; i < outbound.uniqueKeys().size(); i++) {
            // A broker that stores a batch as one record answers one id for all.
            String id = ids[Math.min(i, ids.length - 1)];
            String key = outbound.uniqueKeys().get(i);
            sent.add(new Sent(
                    id,
                    key.isEmpty() ? header.transactionId() : key,
                    queue,
                    header.queueOffset() + i,
                    MessageId.parse(id).logOffset(),
                    doubt,
                    header.recallHandle()));
        }
        return Optional.of(sent);
    }
}

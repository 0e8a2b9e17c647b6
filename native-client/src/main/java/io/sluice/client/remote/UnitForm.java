package io.sluice.client.remote;

import io.sluice.client.link.ClusterLink;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.wire.body.SettleRequestBody.Settle;
import io.sluice.wire.body.UnitAnswerBody;
import io.sluice.wire.body.UnitRequestBody;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.NewRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** How units of work look in requests, and what answers say. */
final class UnitForm {
    private static final InetSocketAddress NOBODY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private UnitForm() {}

    static Frame request(int code, UnitOfWork unit) {
        List<ByteBuffer> records = new ArrayList<>(unit.sends().size());
        List<String> placements = new ArrayList<>(unit.sends().size());
        for (UnitOfWork.Send send : unit.sends()) {
            records.add(MessageEncoder.encode(
                    NewRecord.of(send.message(), 0, NOBODY),
                    0,
                    0,
                    send.message().bornAtMs(),
                    NOBODY));
            placements.add(placement(send.placement()));
        }
        List<Settle> settlements =
                unit.settlements().stream().map(UnitForm::settle).toList();
        return ClusterLink.request(
                code, new NoFields(), new UnitRequestBody(unit.id(), placements, settlements).with(records));
    }

    private static Settle settle(Settlement settlement) {
        return RemoteLeases.settle(
                settlement, ReceiptAddress.of(settlement.receipt()).receipt().handle());
    }

    private static String placement(Placement placement) {
        if (placement instanceof Placement.Queue queue) {
            return "q" + Math.max(0, queue.queueId());
        }
        if (placement instanceof Placement.ByShardingKey sharded) {
            return "k" + inBase64(sharded.key());
        }
        return placement instanceof Placement.Together together ? "t" + inBase64(together.key()) : "*";
    }

    private static String inBase64(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    /** Where the messages are. */
    static List<SendOutcome.Stored> sent(UnitAnswerBody answer) {
        return answer.sent().stream()
                .map(sent -> new SendOutcome.Stored(
                        new MessageQueue(new TopicName(sent.topic()), answer.brokerName(), sent.queueId()),
                        sent.logOffset(),
                        sent.queueOffset(),
                        sent.messageId(),
                        sent.recallHandle()))
                .toList();
    }

    /** The receipts of leases that were over, as their holder knows them. */
    static List<Receipt> over(UnitAnswerBody answer) {
        return answer.over().stream()
                .map(handle -> new ReceiptAddress(answer.brokerName(), new Receipt(handle)).toReceipt())
                .toList();
    }

    /** The answer is none to what was asked. */
    static RefusedException unexpected(UnitAnswerBody answer) {
        return new RefusedException(
                Refusal.UNAVAILABLE,
                "broker %s answered %s, which is no answer to what was asked about a unit of work"
                        .formatted(answer.brokerName(), answer.outcome()));
    }
}

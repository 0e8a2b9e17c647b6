package io.sluice.broker.remoting;

import io.sluice.broker.send.DoorWriter;
import io.sluice.broker.send.SendService;
import io.sluice.broker.topic.TopicTable;
import io.sluice.broker.unit.DoorUnits;
import io.sluice.broker.unit.UnitService;
import io.sluice.model.IllegalNameException;
import io.sluice.model.Message;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.transport.Peer;
import io.sluice.wire.body.UnitAnswerBody;
import io.sluice.wire.body.UnitAnswerBody.Outcome;
import io.sluice.wire.body.UnitRequestBody;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.json.JsonException;
import io.sluice.wire.message.BodyCodec;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.RecordCheck;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Units of work of clients of Sluice's own. */
final class UnitHandler {
    private static final String ANYWHERE = "*";

    private final UnitService units;
    private final SendService sends;
    private final TopicTable topics;
    private final String brokerName;

    UnitHandler(UnitService units, SendService sends, TopicTable topics, String brokerName) {
        this.units = units;
        this.sends = sends;
        this.topics = topics;
        this.brokerName = brokerName;
    }

    CompletionStage<Frame> commit(Frame request, Peer peer) {
        UnitOfWork unit;
        try {
            unit = unit(request.body().nioBuffer());
        } catch (IllegalArgumentException
                | IllegalNameException
                | JsonException
                | BodyCodec.CompressionException illegal) {
            return Replies.now(Replies.refused(Refusal.ILLEGAL_ARGUMENT, illegal.getMessage()));
        } catch (RefusedException refused) {
            return Replies.now(Replies.refused(refused));
        }
        DoorWriter writer = new DoorWriter(sends, topics, peer.remoteAddress());
        return new DoorUnits(units, writer).commit(unit).thenApply(this::answer);
    }

    private static UnitOfWork unit(ByteBuffer body) {
        UnitRequestBody asked = UnitRequestBody.read(body);
        List<Message> messages = messages(UnitRequestBody.recordsIn(body));
        if (messages.size() != asked.placements().size()) {
            throw new IllegalArgumentException("the unit has %d messages and %d places for them"
                    .formatted(messages.size(), asked.placements().size()));
        }
        List<UnitOfWork.Send> sends = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            sends.add(new UnitOfWork.Send(
                    messages.get(i), placement(asked.placements().get(i))));
        }
        return new UnitOfWork(
                asked.id(),
                sends,
                asked.settlements().stream().map(LeaseHandler::settlement).toList());
    }

    private static List<Message> messages(ByteBuffer records) {
        List<Message> messages = new ArrayList<>();
        long bytes = 0;
        while (records.hasRemaining()) {
            RecordCheck.Verdict verdict = RecordCheck.check(records, true);
            if (verdict != RecordCheck.Verdict.WHOLE) {
                throw new IllegalArgumentException(
                        "message %d of the unit is damaged (%s)".formatted(messages.size() + 1, verdict));
            }
            int size = records.getInt(records.position());
            Message message =
                    MessageView.of(records.slice(records.position(), size)).toMessage();
            messages.add(message);
            // Bodies come compressed, so that the frame does not bound them.
            bytes += message.body().length;
            if (messages.size() > UnitOfWork.SENDS_MAX || bytes > UnitOfWork.BYTES_MAX && messages.size() > 1) {
                throw new RefusedException(
                        Refusal.TOO_LARGE,
                        "a unit of work takes at most %d messages and %d bytes"
                                .formatted(UnitOfWork.SENDS_MAX, UnitOfWork.BYTES_MAX));
            }
            records.position(records.position() + size);
        }
        return messages;
    }

    private static Placement placement(String text) {
        if (text.equals(ANYWHERE)) {
            return Placement.ANY;
        }
        if (text.matches("q[0-9]{1,9}")) {
            return new Placement.Queue(Integer.parseInt(text.substring(1)));
        }
        if (text.startsWith("k")) {
            return new Placement.ByShardingKey(key(text));
        }
        if (text.startsWith("t")) {
            return new Placement.Together(key(text));
        }
        throw new IllegalArgumentException(
                "placement '%s' is none of '*', 'qN', 'k' and 't' with a key".formatted(text));
    }

    private static String key(String placement) {
        return new String(Base64.getUrlDecoder().decode(placement.substring(1)), StandardCharsets.UTF_8);
    }

    private Frame answer(UnitOutcome outcome) {
        return outcome.fold(
                committed -> Replies.found(body(Outcome.COMMITTED, "", committed)),
                doubt -> Replies.found(body(Outcome.IN_DOUBT, doubt.doubt().name(), doubt.committed())),
                over -> Replies.found(new UnitAnswerBody(
                        Outcome.LEASES_OVER,
                        false,
                        "",
                        brokerName,
                        List.of(),
                        over.over().stream().map(Receipt::handle).toList())),
                refused -> Replies.refused(refused.reason(), refused.remedy()));
    }

    private UnitAnswerBody body(Outcome outcome, String doubt, UnitOutcome.Committed committed) {
        return new UnitAnswerBody(
                outcome,
                committed.isRepeat(),
                doubt,
                brokerName,
                committed.sent().stream().map(UnitHandler::sent).toList(),
                List.of());
    }

    private static UnitAnswerBody.Sent sent(SendOutcome.Stored stored) {
        return new UnitAnswerBody.Sent(
                stored.queue().topic().value(),
                stored.queue().queueId(),
                stored.logOffset(),
                stored.queueOffset(),
                stored.messageId(),
                stored.recallHandle());
    }
}

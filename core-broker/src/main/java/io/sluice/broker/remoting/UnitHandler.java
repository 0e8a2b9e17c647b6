package io.sluice.broker.remoting;

import io.sluice.broker.send.DoorWriter;
import io.sluice.broker.send.SendService;
import io.sluice.broker.topic.TopicTable;
import io.sluice.broker.unit.DoorUnits;
import io.sluice.broker.unit.UnitService;
import io.sluice.model.IllegalNameException;
import io.sluice.model.Message;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.Placement;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitsOfWork;
import io.sluice.port.UnitsOfWork.Decision;
import io.sluice.transport.Peer;
import io.sluice.wire.body.PreparedUnitsBody;
import io.sluice.wire.body.UnitAnswerBody;
import io.sluice.wire.body.UnitAnswerBody.Outcome;
import io.sluice.wire.body.UnitRequestBody;
import io.sluice.wire.command.UnitCommands.DecideUnit;
import io.sluice.wire.command.UnitCommands.ForgetUnit;
import io.sluice.wire.command.UnitCommands.ForgetUnitAnswer;
import io.sluice.wire.command.UnitCommands.ListUnits;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
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
import java.util.function.Function;

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
        return with(request, unit -> door(peer).commit(unit).thenApply(this::answer));
    }

    CompletionStage<Frame> prepare(Frame request, Peer peer) {
        return with(request, unit -> door(peer).prepare(unit).thenApply(this::answer));
    }

    private static CompletionStage<Frame> with(Frame request, Function<UnitOfWork, CompletionStage<Frame>> step) {
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
        return step.apply(unit);
    }

    private UnitsOfWork door(Peer peer) {
        return new DoorUnits(units, new DoorWriter(sends, topics, peer.remoteAddress()));
    }

    CompletionStage<Frame> decide(Frame request, Peer peer) {
        DecideUnit asked = Replies.COMMANDS.read(request, DecideUnit.class);
        Decision decision = asked.commit() ? Decision.COMMIT : Decision.ROLLBACK;
        return (asked.byHand()
                        ? door(peer).decideByHand(asked.id(), decision)
                        : door(peer).decide(asked.id(), decision))
                .thenApply(this::answer);
    }

    CompletionStage<Frame> forget(Frame request, Peer peer) {
        ForgetUnit asked = Replies.COMMANDS.read(request, ForgetUnit.class);
        return door(peer)
                .forget(asked.id())
                .thenApply(forgotten -> Replies.found(new ForgetUnitAnswer(forgotten), FrameBody.NONE));
    }

    CompletionStage<Frame> list(Frame request, Peer peer) {
        ListUnits asked = Replies.COMMANDS.read(request, ListUnits.class);
        return door(peer)
                .prepared(asked.after(), asked.limit())
                .thenApply(page -> Replies.found(new PreparedUnitsBody(
                        brokerName,
                        page.more(),
                        page.units().stream()
                                .map(unit -> new PreparedUnitsBody.Unit(
                                        unit.id(),
                                        unit.state().name(),
                                        unit.sinceMs(),
                                        unit.messages(),
                                        unit.settlements(),
                                        unit.bytes()))
                                .toList())));
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
        return new UnitOfWork(asked.id(), sends, LeaseHandler.settlements(asked.settlements()));
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
                over -> Replies.found(leasesOver(over.over())),
                refused -> Replies.refused(refused.reason(), refused.remedy()));
    }

    private Frame answer(PrepareOutcome outcome) {
        return outcome.fold(
                prepared -> Replies.found(body(Outcome.PREPARED, prepared.isRepeat())),
                over -> Replies.found(leasesOver(over.over())),
                refused -> Replies.refused(refused.reason(), refused.remedy()));
    }

    private Frame answer(DecisionOutcome outcome) {
        return outcome.fold(
                committed -> Replies.found(body(Outcome.COMMITTED, committed.isRepeat(), "", committed.sent())),
                rolledBack -> Replies.found(body(Outcome.ROLLED_BACK, rolledBack.isRepeat())),
                heuristic -> Replies.found(body(
                        heuristic.decision() == Decision.COMMIT ? Outcome.HEURISTIC_COMMIT : Outcome.HEURISTIC_ROLLBACK,
                        true)),
                unknown -> Replies.found(body(Outcome.UNKNOWN, false)),
                refused -> Replies.refused(refused.reason(), refused.remedy()));
    }

    private UnitAnswerBody leasesOver(List<Receipt> over) {
        return new UnitAnswerBody(
                Outcome.LEASES_OVER,
                false,
                "",
                brokerName,
                List.of(),
                over.stream().map(Receipt::handle).toList());
    }

    private UnitAnswerBody body(Outcome outcome, String doubt, UnitOutcome.Committed committed) {
        return body(outcome, committed.isRepeat(), doubt, committed.sent());
    }

    private UnitAnswerBody body(Outcome outcome, boolean isRepeat) {
        return body(outcome, isRepeat, "", List.of());
    }

    private UnitAnswerBody body(Outcome outcome, boolean isRepeat, String doubt, List<SendOutcome.Stored> sent) {
        return new UnitAnswerBody(
                outcome,
                isRepeat,
                doubt,
                brokerName,
                sent.stream().map(UnitHandler::sent).toList(),
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

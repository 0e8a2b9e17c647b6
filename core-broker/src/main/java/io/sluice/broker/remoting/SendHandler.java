package io.sluice.broker.remoting;

import io.sluice.broker.send.NewMessage;
import io.sluice.broker.send.PlainSend;
import io.sluice.broker.send.SendBack;
import io.sluice.broker.send.SendService;
import io.sluice.broker.send.Sent;
import io.sluice.model.GroupName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.SendOutcome.Stored;
import io.sluice.transport.InPlaceHandler;
import io.sluice.transport.Peer;
import io.sluice.transport.PeerSlot;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SendCommands;
import io.sluice.wire.command.SendCommands.SendAnswer;
import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.command.SendHead;
import io.sluice.wire.frame.FieldSink;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.FrameHead;
import io.sluice.wire.message.MessageEncoder;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Requests that put messages into the log. A plain send is dealt with on the event loop of its connection. */
final class SendHandler {
    /** The address of the peer as records carry it. */
    private static final PeerSlot<byte[]> BORN_HOST = PeerSlot.named("encoded address");

    private final SendService sends;
    private final SendBack backs;
    private final String region;
    private final boolean traceOn;
    private final Fields regionOnly;
    private final ThreadLocal<InPlace> inPlace = ThreadLocal.withInitial(InPlace::new);

    /**
     * @param region  told with every answer
     * @param traceOn told with every answer
     */
    SendHandler(SendService sends, SendBack backs, String region, boolean traceOn) {
        this.sends = sends;
        this.backs = backs;
        this.region = region;
        this.traceOn = traceOn;
        this.regionOnly = Fields.of("MSG_REGION", region);
    }

    /** A plain send with short field names, dealt with as it lies there. */
    boolean sendInPlace(FrameHead head, ByteBuffer body, Peer peer, InPlaceHandler.Answer answer) {
        if (!sends.plain().areTaken()) {
            return false;
        }
        InPlace mine = inPlace.get();
        if (!mine.said.read(head.fields())) {
            return false;
        }
        boolean batch = mine.said.batch() || head.code() == RequestCode.SEND_BATCH_MESSAGE;
        mine.send.bring(batch, body, bornHost(peer));
        if (!sends.plain().store(mine.send)) {
            return false;
        }
        answer.give(ResponseCode.SUCCESS, mine);
        return true;
    }

    private static byte[] bornHost(Peer peer) {
        byte[] known = peer.get(BORN_HOST).orElse(null);
        if (known == null) {
            known = MessageEncoder.host(peer.remoteAddress());
            peer.put(BORN_HOST, known);
        }
        return known;
    }

    /** What one event loop uses for its plain sends; as fields: what is answered to the last one. */
    private final class InPlace implements Fields {
        private final SendHead said = new SendHead();
        private final PlainSend send = new PlainSend(said);

        @Override
        public void writeTo(FieldSink sink) {
            SendAnswer.write(sink, send.ids(), send.queueId(), send.queueOffset(), send.uniqueKey(), region, traceOn);
        }
    }

    CompletionStage<Frame> send(Frame request, Peer peer) {
        SendMessage command = Replies.COMMANDS.read(request, SendMessage.class);
        boolean batch = command.batch() || request.code() == RequestCode.SEND_BATCH_MESSAGE;
        NewMessage message = newMessage(command, request, peer);
        CompletionStage<Sent> sent = batch ? sends.sendBatch(message) : sends.send(message);
        return sent instanceof CompletableFuture<Sent> future && future.isDone()
                ? Replies.now(answer(future.join()))
                : sent.thenApply(this::answer);
    }

    static NewMessage newMessage(SendMessage command, Frame request, Peer peer) {
        return new NewMessage(
                command.topic(),
                command.queueId(),
                command.defaultTopic(),
                command.defaultTopicQueueNums(),
                command.flag(),
                command.sysFlag(),
                command.bornTimestamp(),
                peer.remoteAddress(),
                command.properties(),
                request.body().nioBuffer(),
                command.reconsumeTimes(),
                command.maxReconsumeTimes());
    }

    private Frame answer(Sent sent) {
        return sent.outcome()
                .fold(
                        stored -> answer(ResponseCode.SUCCESS, stored, sent),
                        inDoubt -> answer(codeOf(inDoubt.doubt()), inDoubt.stored(), sent),
                        refused -> {
                            Frame answer = Replies.refused(refused.reason(), refused.remedy());
                            return answer.withFields(regionOnly.and(answer.fields()));
                        });
    }

    private Frame answer(int code, Stored stored, Sent sent) {
        return Frame.answer(
                code,
                "",
                new SendAnswer(
                        stored.messageId(),
                        stored.queue().queueId(),
                        stored.queueOffset(),
                        sent.uniqueKey(),
                        "",
                        stored.recallHandle(),
                        region,
                        traceOn),
                FrameBody.NONE);
    }

    private static int codeOf(SendOutcome.Doubt doubt) {
        return switch (doubt) {
            case FLUSH_TIMEOUT -> ResponseCode.FLUSH_DISK_TIMEOUT;
            case REPLICA_TIMEOUT -> ResponseCode.FLUSH_SLAVE_TIMEOUT;
            case NO_REPLICA -> ResponseCode.SLAVE_NOT_AVAILABLE;
        };
    }

    /** A consumer could not handle a message. */
    CompletionStage<Frame> sendBack(Frame request, Peer peer) {
        SendCommands.SendBack command = Replies.COMMANDS.read(request, SendCommands.SendBack.class);
        SendBack.Failed failed = new SendBack.Failed(
                command.offset(), new GroupName(command.group()), command.delayLevel(), command.maxReconsumeTimes());
        return backs.sendBack(failed).handle((outcome, failure) -> {
            if (failure != null) {
                return ofSendBackFailure(failure);
            }
            return outcome.map(this::sentBack).orElseGet(Replies::done);
        });
    }

    /** Clients expect the general code for a message that is not there. */
    private static Frame ofSendBackFailure(Throwable failure) {
        Throwable cause = Replies.causeOf(failure);
        return cause instanceof RefusedException refused && refused.reason() == Refusal.ILLEGAL_ARGUMENT
                ? Replies.failed(ResponseCode.SYSTEM_ERROR, refused.getMessage())
                : Replies.ofFailure(failure);
    }

    private Frame sentBack(SendOutcome outcome) {
        return outcome.fold(
                stored -> Replies.done(),
                inDoubt -> Replies.done(),
                refused -> Replies.refused(refused.reason(), refused.remedy()));
    }
}

package io.sluice.broker.remoting;

import io.sluice.broker.group.GroupRegistry;
import io.sluice.broker.group.Member;
import io.sluice.broker.send.SendService;
import io.sluice.broker.send.Sent;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.port.SendOutcome;
import io.sluice.transport.Peer;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SendCommands.PushReply;
import io.sluice.wire.command.SendCommands.SendAnswer;
import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.message.PropertiesCodec;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The answering half of a request-reply conversation: the reply is stored in the topic for replies and pushed to the client
 * that asked, if that is connected here. The outcome tells whether the asker has it.
 */
final class ReplyHandler {
    private static final String PUSH_TIME = "PUSH_REPLY_TIME";
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final SendService sends;
    private final GroupRegistry registry;
    private final InstantSource clock;
    private final Supplier<InetSocketAddress> self;

    /** @param self the address by which clients reach this broker */
    ReplyHandler(SendService sends, GroupRegistry registry, InstantSource clock, Supplier<InetSocketAddress> self) {
        this.sends = sends;
        this.registry = registry;
        this.clock = clock;
        this.self = self;
    }

    CompletionStage<Frame> reply(Frame request, Peer peer) {
        SendMessage command = Replies.COMMANDS.read(request, SendMessage.class);
        byte[] body = request.body().toByteArray();
        return sends.send(SendHandler.newMessage(command, request, peer)).thenCompose(sent -> {
            if (sent.outcome() instanceof SendOutcome.Refused refused) {
                return Replies.now(Replies.refused(refused.reason(), refused.remedy()));
            }
            return push(command, peer, body).thenApply(trouble -> answer(sent, trouble));
        });
    }

    /** Answers what went wrong, empty when the asker has the reply. */
    private CompletionStage<String> push(SendMessage command, Peer peer, byte[] body) {
        MessageProperties properties = PropertiesCodec.decode(command.properties());
        String asker = properties.find(PropertyNames.REPLY_TO_CLIENT).orElse("");
        Optional<Member> member = registry.producer(asker);
        if (member.isEmpty() || !(member.get().link() instanceof PeerLink link)) {
            return CompletableFuture.completedFuture(
                    "push reply message fail, channel of <%s> not found.".formatted(asker));
        }
        PushReply header = new PushReply(
                command.producerGroup(),
                command.topic(),
                command.defaultTopic(),
                command.defaultTopicQueueNums(),
                command.queueId(),
                command.sysFlag(),
                command.bornTimestamp(),
                command.flag(),
                PropertiesCodec.text(properties.with(PUSH_TIME, Long.toString(clock.millis()))),
                command.reconsumeTimes(),
                command.unitMode(),
                Addresses.text(peer.remoteAddress()),
                Addresses.text(self.get()),
                clock.millis());
        Frame question = Replies.COMMANDS.request(RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT, header, FrameBody.of(body));
        return link.peer().call(question, TIMEOUT).handle((answer, failure) -> trouble(asker, answer, failure));
    }

    private static String trouble(String asker, Frame answer, Throwable failure) {
        if (failure != null) {
            Throwable cause = Replies.causeOf(failure);
            return "push reply message to %s fail, %s".formatted(asker, cause.getMessage());
        }
        return answer.code() == ResponseCode.SUCCESS
                ? ""
                : "push reply message to %s fail, it answered %d %s".formatted(asker, answer.code(), answer.remark());
    }

    private static Frame answer(Sent sent, String trouble) {
        SendOutcome.Stored stored = sent.outcome() instanceof SendOutcome.StoredWithDoubt doubt
                ? doubt.stored()
                : (SendOutcome.Stored) sent.outcome();
        SendAnswer header = new SendAnswer(
                stored.messageId(), stored.queue().queueId(), stored.queueOffset(), sent.uniqueKey(), "", "", "", true);
        return Frame.answer(
                trouble.isEmpty() ? ResponseCode.SUCCESS : ResponseCode.SYSTEM_ERROR, trouble, header, FrameBody.NONE);
    }
}

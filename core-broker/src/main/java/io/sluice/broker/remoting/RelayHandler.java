package io.sluice.broker.remoting;

import io.sluice.broker.group.ConsumerGroup;
import io.sluice.broker.group.GroupRegistry;
import io.sluice.broker.group.Member;
import io.sluice.broker.query.QueryService;
import io.sluice.model.GroupName;
import io.sluice.model.MessageId;
import io.sluice.transport.Peer;
import io.sluice.transport.RemotingException;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.ConsumerStatusBody;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.command.ConsumerCommands.ConsumeDirectly;
import io.sluice.wire.command.ConsumerCommands.GetConsumerRunningInfo;
import io.sluice.wire.command.ConsumerCommands.GetConsumerStatus;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Questions of tools that only a consumer can answer: passed on over its connection, its answer passed back. */
final class RelayHandler {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final GroupRegistry registry;
    private final QueryService queries;
    private final String brokerName;

    RelayHandler(GroupRegistry registry, QueryService queries, String brokerName) {
        this.registry = registry;
        this.queries = queries;
        this.brokerName = brokerName;
    }

    CompletionStage<Frame> runningInfo(Frame request, Peer peer) {
        GetConsumerRunningInfo command = Replies.COMMANDS.read(request, GetConsumerRunningInfo.class);
        Frame question = Replies.COMMANDS.request(RequestCode.GET_CONSUMER_RUNNING_INFO, command);
        return ask(command.consumerGroup(), command.clientId(), question);
    }

    /** The message travels to the consumer as it is stored. */
    CompletionStage<Frame> consumeDirectly(Frame request, Peer peer) {
        ConsumeDirectly command = Replies.COMMANDS.read(request, ConsumeDirectly.class);
        MessageId id;
        try {
            id = MessageId.parse(command.msgId());
        } catch (IllegalArgumentException illegal) {
            return Replies.now(Replies.failed(ResponseCode.INVALID_PARAMETER, illegal.getMessage()));
        }
        return queries.byId(id).thenCompose(found -> {
            try (found) {
                if (found.slices().isEmpty()) {
                    return Replies.now(Replies.failed(
                            ResponseCode.SYSTEM_ERROR, "no message has the id %s here".formatted(command.msgId())));
                }
                byte[] record = new byte[found.slices().get(0).remaining()];
                found.slices().get(0).duplicate().get(record);
                ConsumeDirectly told = new ConsumeDirectly(
                        command.consumerGroup(),
                        command.clientId(),
                        command.msgId(),
                        brokerName,
                        command.topic(),
                        command.topicSysFlag(),
                        command.groupSysFlag());
                return ask(
                        command.consumerGroup(),
                        command.clientId(),
                        Replies.COMMANDS.request(RequestCode.CONSUME_MESSAGE_DIRECTLY, told, FrameBody.of(record)));
            }
        });
    }

    /** How far each consumer of the group says it is on the topic, or one of them when the question names it. */
    CompletionStage<Frame> status(Frame request, Peer peer) {
        GetConsumerStatus command = Replies.COMMANDS.read(request, GetConsumerStatus.class);
        GroupName group = new GroupName(command.group());
        Map<String, CompletableFuture<Frame>> asked = new LinkedHashMap<>();
        for (Member member :
                registry.consumers(group).map(ConsumerGroup::members).orElse(List.of())) {
            if (command.clientAddr().isEmpty() || command.clientAddr().equals(member.clientId())) {
                Frame question = Replies.COMMANDS.request(RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT, command);
                asked.put(
                        member.clientId(),
                        ask(command.group(), member.clientId(), question).toCompletableFuture());
            }
        }
        if (asked.isEmpty()) {
            return Replies.now(Replies.failed(
                    ResponseCode.SYSTEM_ERROR,
                    "no consumer of group <%s> is online%s"
                            .formatted(group, command.clientAddr().isEmpty() ? "" : " as " + command.clientAddr())));
        }
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> status(asked));
    }

    /** Those that did not answer are left out, unless nobody did. */
    private static Frame status(Map<String, CompletableFuture<Frame>> asked) {
        Map<String, Map<QueueRef, Long>> told = new LinkedHashMap<>();
        Frame failed = null;
        for (Map.Entry<String, CompletableFuture<Frame>> one : asked.entrySet()) {
            Frame answer = one.getValue().join();
            if (answer.code() == ResponseCode.SUCCESS) {
                told.put(one.getKey(), Body.of(ConsumerStatusBody.class, answer).messageQueueTable());
            } else {
                failed = answer;
            }
        }
        return told.isEmpty() ? failed : Replies.found(new ConsumerStatusBody(told, Map.of()));
    }

    private CompletionStage<Frame> ask(String group, String clientId, Frame question) {
        Optional<Member> member = registry.consumer(new GroupName(group), clientId);
        if (member.isEmpty() || !(member.get().link() instanceof PeerLink link)) {
            return Replies.now(Replies.failed(
                    ResponseCode.SYSTEM_ERROR, "The Consumer <%s> <%s> not online".formatted(group, clientId)));
        }
        return link.peer().call(question, TIMEOUT).handle((answer, failure) -> {
            if (failure != null) {
                return noAnswer(group, clientId, failure);
            }
            return Frame.answer(answer.code(), answer.remark(), answer.fields(), answer.body());
        });
    }

    private static Frame noAnswer(String group, String clientId, Throwable failure) {
        Throwable cause = Replies.causeOf(failure);
        boolean late = cause instanceof RemotingException known && known.reason() == RemotingException.Reason.TIMED_OUT;
        return Replies.failed(
                late ? ResponseCode.CONSUME_MSG_TIMEOUT : ResponseCode.SYSTEM_ERROR,
                "consumer <%s> <%s> did not answer: %s".formatted(group, clientId, cause.getMessage()));
    }
}

package io.sluice.broker.remoting;

import io.sluice.broker.assign.Assignments;
import io.sluice.broker.assign.RequestModes;
import io.sluice.broker.group.GroupConfigTable;
import io.sluice.broker.topic.TopicTable;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.transport.Peer;
import io.sluice.wire.body.AssignmentRequest;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.MessageRequestMode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import java.util.concurrent.CompletionStage;

/** Which queues a client takes where the broker decides, and whether it pulls or pops them. */
final class AssignmentHandler {
    private final Assignments assignments;
    private final RequestModes modes;
    private final TopicTable topics;
    private final GroupConfigTable groups;

    AssignmentHandler(Assignments assignments, RequestModes modes, TopicTable topics, GroupConfigTable groups) {
        this.assignments = assignments;
        this.modes = modes;
        this.topics = topics;
        this.groups = groups;
    }

    CompletionStage<Frame> assign(Frame request, Peer peer) {
        AssignmentRequest asked = Body.of(AssignmentRequest.class, request);
        return assignments
                .assign(new Assignments.Question(
                        new TopicName(asked.topic()),
                        new GroupName(asked.consumerGroup()),
                        asked.clientId(),
                        asked.strategyName(),
                        "BROADCASTING".equals(asked.messageModel())))
                .thenApply(Replies::found);
    }

    CompletionStage<Frame> set(Frame request, Peer peer) {
        MessageRequestMode mode = Body.of(MessageRequestMode.class, request);
        TopicName topic = new TopicName(mode.topic());
        GroupName group = new GroupName(mode.consumerGroup());
        if (topic.isRetry()) {
            return Replies.now(Replies.failed(
                    ResponseCode.NO_PERMISSION,
                    "retry topic %s is always pulled; its mode cannot be set".formatted(topic)));
        }
        if (topics.find(topic).isEmpty()) {
            return Replies.now(Replies.failed(
                    ResponseCode.TOPIC_NOT_EXIST, "topic[%s] not exist; create it first".formatted(topic)));
        }
        if (groups.find(group).isEmpty()) {
            return Replies.now(Replies.failed(
                    ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
                    "subscription group [%s] does not exist; create it with updateSubGroup".formatted(group)));
        }
        if (!mode.mode().equals(RequestModes.POP) && !mode.mode().equals(RequestModes.PULL)) {
            return Replies.now(Replies.failed(
                    ResponseCode.INVALID_PARAMETER, "mode '%s' must be PULL or POP".formatted(mode.mode())));
        }
        return modes.put(mode).thenApply(saved -> Replies.done());
    }

    CompletionStage<Frame> all(Frame request, Peer peer) {
        return Replies.now(Replies.found(modes.all()));
    }
}

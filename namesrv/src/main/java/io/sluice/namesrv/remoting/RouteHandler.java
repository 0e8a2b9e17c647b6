package io.sluice.namesrv.remoting;

import io.sluice.namesrv.kv.KvSettings;
import io.sluice.namesrv.route.RouteTable;
import io.sluice.transport.Peer;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.TopicList;
import io.sluice.wire.body.TopicRouteData;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.RouteCommands;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.ProtocolVersion;
import io.sluice.wire.json.KeyStyle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** Questions about routes, clusters and topics. */
final class RouteHandler {
    private static final CommandTable COMMANDS = CommandTable.STANDARD;

    private final RouteTable routes;
    private final KvSettings kv;
    private final BooleanSupplier orderedTopics;

    RouteHandler(RouteTable routes, KvSettings kv, BooleanSupplier orderedTopics) {
        this.routes = routes;
        this.kv = kv;
        this.orderedTopics = orderedTopics;
    }

    CompletionStage<Frame> route(Frame request, Peer peer) {
        RouteCommands.GetRoute command = COMMANDS.read(request, RouteCommands.GetRoute.class);
        // Peers before 4.9.4 expect the bare form, unless they say that they read strict JSON.
        boolean strict = command.acceptStandardJsonOnly() || request.version() >= ProtocolVersion.V4_9_4;
        return done(routes.route(command.topic())
                .map(route -> withOrder(command.topic(), route).toJson(strict ? KeyStyle.QUOTED : KeyStyle.BARE))
                .map(json -> Frame.answer(ResponseCode.SUCCESS, "").withBody(FrameBody.of(json)))
                .orElseGet(() -> Frame.answer(
                        ResponseCode.TOPIC_NOT_EXIST,
                        "no broker serves topic %s; create it, or start the broker that has it"
                                .formatted(command.topic()))));
    }

    private TopicRouteData withOrder(String topic, TopicRouteData route) {
        return orderedTopics.getAsBoolean()
                ? kv.get(KvSettings.ORDERED_TOPICS, topic)
                        .map(order -> new TopicRouteData(
                                route.queueDatas(), route.brokerDatas(), route.filterServerTable(), order))
                        .orElse(route)
                : route;
    }

    CompletionStage<Frame> clusterInfo(Frame request, Peer peer) {
        return success(routes.clusterInfo());
    }

    CompletionStage<Frame> allTopics(Frame request, Peer peer) {
        return success(new TopicList(routes.topicNames()));
    }

    CompletionStage<Frame> topicsOfCluster(Frame request, Peer peer) {
        RouteCommands.GetTopicsByCluster command = COMMANDS.read(request, RouteCommands.GetTopicsByCluster.class);
        return success(new TopicList(routes.topicNames(command.cluster())));
    }

    CompletionStage<Frame> systemTopics(Frame request, Peer peer) {
        return success(new TopicList(routes.systemNames(), routes.anyAddress().orElse("")));
    }

    private static CompletionStage<Frame> success(Body body) {
        return done(Frame.answer(ResponseCode.SUCCESS, "").withBody(body.toFrameBody()));
    }

    private static CompletionStage<Frame> done(Frame answer) {
        return CompletableFuture.completedFuture(answer);
    }
}

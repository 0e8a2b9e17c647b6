package io.sluice.namesrv.remoting;

import io.sluice.namesrv.route.RouteTable;
import io.sluice.transport.Peer;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.RouteCommands;
import io.sluice.wire.frame.Frame;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Changes that tools make to routes; they last until brokers register something else. */
final class TopicAdminHandler {
    private static final CommandTable COMMANDS = CommandTable.STANDARD;

    private final RouteTable routes;

    TopicAdminHandler(RouteTable routes) {
        this.routes = routes;
    }

    CompletionStage<Frame> wipeWritePerm(Frame request, Peer peer) {
        RouteCommands.WipeWritePerm command = COMMANDS.read(request, RouteCommands.WipeWritePerm.class);
        int topics = routes.wipeWritePerm(command.brokerName());
        return CompletableFuture.completedFuture(COMMANDS.answer(new RouteCommands.WipeWritePermAnswer(topics)));
    }

    CompletionStage<Frame> addWritePerm(Frame request, Peer peer) {
        RouteCommands.AddWritePerm command = COMMANDS.read(request, RouteCommands.AddWritePerm.class);
        int topics = routes.addWritePerm(command.brokerName());
        return CompletableFuture.completedFuture(COMMANDS.answer(new RouteCommands.AddWritePermAnswer(topics)));
    }

    CompletionStage<Frame> delete(Frame request, Peer peer) {
        RouteCommands.DeleteTopicInNameServer command =
                COMMANDS.read(request, RouteCommands.DeleteTopicInNameServer.class);
        routes.deleteTopic(command.topic(), command.clusterName());
        return CompletableFuture.completedFuture(Frame.answer(ResponseCode.SUCCESS, ""));
    }
}

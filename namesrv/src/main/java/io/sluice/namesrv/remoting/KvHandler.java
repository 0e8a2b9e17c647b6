package io.sluice.namesrv.remoting;

import io.sluice.namesrv.kv.KvSettings;
import io.sluice.transport.Peer;
import io.sluice.wire.body.KvTable;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.RouteCommands;
import io.sluice.wire.frame.Frame;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Settings by namespace and key. */
final class KvHandler {
    private static final CommandTable COMMANDS = CommandTable.STANDARD;

    private final KvSettings settings;

    KvHandler(KvSettings settings) {
        this.settings = settings;
    }

    CompletionStage<Frame> put(Frame request, Peer peer) {
        RouteCommands.PutKv command = COMMANDS.read(request, RouteCommands.PutKv.class);
        settings.put(command.namespace(), command.key(), command.value());
        return done(Frame.answer(ResponseCode.SUCCESS, ""));
    }

    CompletionStage<Frame> get(Frame request, Peer peer) {
        RouteCommands.GetKv command = COMMANDS.read(request, RouteCommands.GetKv.class);
        return done(settings.get(command.namespace(), command.key())
                .map(value -> COMMANDS.answer(new RouteCommands.GetKvAnswer(value)))
                .orElseGet(
                        () -> notFound("no setting %s in namespace %s".formatted(command.key(), command.namespace()))));
    }

    CompletionStage<Frame> delete(Frame request, Peer peer) {
        RouteCommands.DeleteKv command = COMMANDS.read(request, RouteCommands.DeleteKv.class);
        settings.delete(command.namespace(), command.key());
        return done(Frame.answer(ResponseCode.SUCCESS, ""));
    }

    CompletionStage<Frame> list(Frame request, Peer peer) {
        RouteCommands.GetKvList command = COMMANDS.read(request, RouteCommands.GetKvList.class);
        Map<String, String> table = settings.table(command.namespace());
        return done(
                table.isEmpty()
                        ? notFound("no settings in namespace %s".formatted(command.namespace()))
                        : Frame.answer(ResponseCode.SUCCESS, "").withBody(new KvTable(table).toFrameBody()));
    }

    private static Frame notFound(String remark) {
        return Frame.answer(ResponseCode.QUERY_NOT_FOUND, remark);
    }

    private static CompletionStage<Frame> done(Frame answer) {
        return CompletableFuture.completedFuture(answer);
    }
}

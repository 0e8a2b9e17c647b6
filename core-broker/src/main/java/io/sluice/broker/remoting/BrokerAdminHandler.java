package io.sluice.broker.remoting;

import io.sluice.broker.admin.BrokerState;
import io.sluice.broker.admin.Cleaning;
import io.sluice.broker.metrics.BrokerMetrics;
import io.sluice.broker.metrics.BrokerMetrics.Traffic;
import io.sluice.broker.metrics.Counter;
import io.sluice.broker.settings.Overrides;
import io.sluice.broker.settings.RuntimeSettings;
import io.sluice.broker.table.TableText;
import io.sluice.transport.Peer;
import io.sluice.wire.body.BrokerStats;
import io.sluice.wire.body.HaStatus;
import io.sluice.wire.body.KvTable;
import io.sluice.wire.command.BrokerCommands.BrokerConfigAnswer;
import io.sluice.wire.command.BrokerCommands.ViewStats;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Settings, state and statistics of the broker. */
final class BrokerAdminHandler {
    private static final long MINUTE_MS = 60_000;
    private static final long HOUR_MS = 3_600_000;
    private static final long DAY_MS = 86_400_000;

    private final BrokerState state;
    private final Cleaning cleaning;
    private final BrokerMetrics metrics;
    private final RuntimeSettings settings;

    BrokerAdminHandler(BrokerState state, Cleaning cleaning, BrokerMetrics metrics, RuntimeSettings settings) {
        this.state = state;
        this.cleaning = cleaning;
        this.metrics = metrics;
        this.settings = settings;
    }

    CompletionStage<Frame> settings(Frame request, Peer peer) {
        RuntimeSettings.View now = settings.now();
        StringBuilder text = new StringBuilder();
        now.values()
                .forEach((name, value) ->
                        text.append(name).append('=').append(value).append('\n'));
        return Replies.now(Replies.found(
                new BrokerConfigAnswer(TableText.write(now.version())),
                FrameBody.of(text.toString().getBytes(StandardCharsets.UTF_8))));
    }

    /** The body holds lines {@code name=value}. */
    CompletionStage<Frame> changeSettings(Frame request, Peer peer) {
        Map<String, String> wanted = Overrides.parse(new String(request.body().toByteArray(), StandardCharsets.UTF_8));
        if (wanted.isEmpty()) {
            return Replies.now(Replies.failed(
                    ResponseCode.INVALID_PARAMETER, "no setting is named; expected lines of name=value"));
        }
        settings.change(wanted);
        return Replies.now(Replies.done());
    }

    CompletionStage<Frame> state(Frame request, Peer peer) {
        return Replies.now(Replies.found(new KvTable(state.table())));
    }

    CompletionStage<Frame> deleteOrphans(Frame request, Peer peer) {
        return Replies.now(
                Frame.answer(ResponseCode.SUCCESS, "queues of %d topics deleted".formatted(cleaning.deleteOrphans())));
    }

    CompletionStage<Frame> deleteUnbacked(Frame request, Peer peer) {
        return Replies.now(Frame.answer(
                ResponseCode.SUCCESS, "%d queue and index files deleted".formatted(cleaning.deleteUnbacked())));
    }

    CompletionStage<Frame> deleteExpired(Frame request, Peer peer) {
        return Replies.now(
                Frame.answer(ResponseCode.SUCCESS, "%d log files deleted".formatted(cleaning.deleteExpired())));
    }

    /** There are no replicas. */
    CompletionStage<Frame> replicas(Frame request, Peer peer) {
        long end = Long.parseLong(state.table().get("commitLogMaxOffset"));
        return Replies.now(
                Replies.found(new HaStatus(true, end, 0, List.of(), new HaStatus.Follower("", 0, 0, 0, 0, 0, false))));
    }

    CompletionStage<Frame> stats(Frame request, Peer peer) {
        ViewStats command = Replies.COMMANDS.read(request, ViewStats.class);
        return Replies.now(counter(command.statsName(), command.statsKey())
                .map(counter -> Replies.found(new BrokerStats(
                        item(counter.last(MINUTE_MS)), item(counter.last(HOUR_MS)), item(counter.last(DAY_MS)))))
                .orElseGet(() -> Replies.failed(
                        ResponseCode.SYSTEM_ERROR,
                        "The stats <%s> of <%s> not exist".formatted(command.statsName(), command.statsKey()))));
    }

    /** Keys are a topic, {@code topic@group}, or for the broker's own counts the cluster. */
    private Optional<Counter> counter(String name, String key) {
        int middle = key.indexOf('@');
        Optional<Traffic> ofTopic = metrics.ofTopic(key);
        Optional<Traffic> ofGroup =
                middle < 0 ? Optional.empty() : metrics.ofGroup(key.substring(0, middle), key.substring(middle + 1));
        return switch (name) {
            case "TOPIC_PUT_NUMS" -> ofTopic.map(Traffic::messages);
            case "TOPIC_PUT_SIZE" -> ofTopic.map(Traffic::bytes);
            case "GROUP_GET_NUMS" -> ofGroup.map(Traffic::messages);
            case "GROUP_GET_SIZE" -> ofGroup.map(Traffic::bytes);
            case "BROKER_PUT_NUMS" -> Optional.of(metrics.messagesStored());
            case "BROKER_GET_NUMS" -> Optional.of(metrics.messagesRead());
            default -> Optional.empty();
        };
    }

    private static BrokerStats.Item item(Counter.Rate rate) {
        return new BrokerStats.Item(rate.sum(), rate.perSecond(), 0);
    }
}

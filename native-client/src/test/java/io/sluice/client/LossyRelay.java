package io.sluice.client;

import io.sluice.client.link.ClientIds;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.LinkConfig;
import io.sluice.client.live.LiveCluster;
import io.sluice.client.script.ScriptedServer;
import io.sluice.client.script.ScriptedServer.Asked;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between a client and a cluster of one broker, and loses answers: what was asked for has been done then. */
final class LossyRelay implements AutoCloseable {
    private static final int[] CODES = {
        RequestCode.SEND_MESSAGE_V2,
        RequestCode.SEND_BATCH_MESSAGE,
        RequestCode.COMMIT_UNIT,
        RequestCode.LEASE,
        RequestCode.SETTLE,
        RequestCode.PULL_MESSAGE,
        RequestCode.GET_MAX_OFFSET,
        RequestCode.GET_MIN_OFFSET,
        RequestCode.QUERY_CONSUMER_OFFSET,
        RequestCode.HEART_BEAT,
        RequestCode.UNREGISTER_CLIENT
    };
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final ClusterLink link;
    private final ScriptedServer nameServer = new ScriptedServer(RequestCode.GET_ROUTEINFO_BY_TOPIC);
    private final ScriptedServer broker = new ScriptedServer(CODES);
    private final String brokerAddress;
    private final AtomicInteger toLose = new AtomicInteger();
    private volatile int lossyCode;

    LossyRelay(LiveCluster cluster, String brokerName) {
        String nameServers = cluster.nameServerAddress();
        link = ClusterLink.open(new LinkConfig(List.of(nameServers.split(",")), ClientIds.next(), 1, TIMEOUT, TIMEOUT));
        brokerAddress = cluster.brokerAddress(brokerName);
        nameServer.onAsync(RequestCode.GET_ROUTEINFO_BY_TOPIC, asked -> passOn(nameServers, asked)
                .thenApply(this::withOwnAddress));
        for (int code : CODES) {
            broker.onAsync(code, this::askBroker);
        }
    }

    String nameServerAddress() {
        return nameServer.address();
    }

    /** The next so many answers to requests of this code are lost, and with them the connection. */
    void lose(int code, int answers) {
        lossyCode = code;
        toLose.set(answers);
    }

    /** How many answers are still to be lost. */
    int stillToLose() {
        return toLose.get();
    }

    private CompletionStage<Frame> askBroker(Asked asked) {
        return passOn(brokerAddress, asked).thenCompose(answer -> {
            if (asked.code() != lossyCode || toLose.get() == 0) {
                return CompletableFuture.completedFuture(answer);
            }
            toLose.decrementAndGet();
            broker.dropClients();
            return new CompletableFuture<>();
        });
    }

    private CompletionStage<Frame> passOn(String address, Asked asked) {
        return link.call(address, asked.frame().withBody(FrameBody.of(asked.body())), TIMEOUT);
    }

    private Frame withOwnAddress(Frame route) {
        String body = new String(route.body().toByteArray(), StandardCharsets.UTF_8);
        return route.withBody(
                FrameBody.of(body.replace(brokerAddress, broker.address()).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void close() {
        nameServer.close();
        broker.close();
        link.close();
    }
}

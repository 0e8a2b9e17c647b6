package io.sluice.namesrv;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.transport.ConnectionLimits;
import io.sluice.transport.IoThreads;
import io.sluice.transport.LeakWatch;
import io.sluice.transport.Nuisance;
import io.sluice.transport.RemotingClient;
import io.sluice.transport.RequestTable;
import io.sluice.transport.UnforeseenEvents;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.DamagedFrames;
import io.sluice.wire.frame.Frame;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A name server under connections that send nonsense; {@code -Dsluice.fuzz.requests} and {@code .seed} try others. */
@ExtendWith(LeakWatch.class)
class DamagedRequestsTest {
    private static final int REQUESTS = Integer.getInteger("sluice.fuzz.requests", 30_000);
    private static final long SEED = Long.getLong("sluice.fuzz.seed", 20_260_115);
    private static final int ROUND = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void othersAreAnsweredWhileSomebodySendsNonsenseAndNothingUnforeseenHappens() throws IOException {
        DamagedFrames frames = new DamagedFrames(SEED);
        try (UnforeseenEvents unforeseen = new UnforeseenEvents();
                NameServer nameServer = NameServer.open(NameServerConfig.on("127.0.0.1", 0));
                IoThreads threads = IoThreads.start("test-io", 1);
                RemotingClient client = RemotingClient.open(threads, ConnectionLimits.DEFAULT, new RequestTable())) {
            nameServer.start();
            String address = "127.0.0.1:" + nameServer.port();
            try (Nuisance damaging = new Nuisance(address);
                    Nuisance confused = new Nuisance(address)) {
                for (int i = 0; i < REQUESTS; i++) {
                    if (i % 3 == 0) {
                        damaging.send(frames.next());
                    } else {
                        confused.send(frames.request());
                    }
                    if (i % ROUND == 0) {
                        Frame question = Frame.request(RequestCode.GET_BROKER_CLUSTER_INFO);
                        assertThat(client.call(address, question, PATIENCE)
                                        .toCompletableFuture()
                                        .join()
                                        .code())
                                .as("request %d, seed %d", i, SEED)
                                .isZero();
                    }
                }
            }
            assertThat(unforeseen.told()).isEmpty();
        }
    }
}

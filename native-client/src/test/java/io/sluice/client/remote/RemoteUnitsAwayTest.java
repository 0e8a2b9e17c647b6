package io.sluice.client.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.client.live.LiveCluster;
import io.sluice.model.Message;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.Placement;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.PreparedUnit;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitsOfWork.Decision;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Units in two phases on real brokers, one of which is away for a while. */
class RemoteUnitsAwayTest {
    private static final String ID = "u";

    @TempDir
    Path directory;

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static void assertUnavailable(CompletionStage<?> stage) {
        assertThatThrownBy(() -> result(stage))
                .cause()
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Refusal.UNAVAILABLE));
    }

    @Test
    void aUnitOfABrokerThatStoppedIsNotUnknownToAnybodyWhoHasSeenTheBroker() {
        try (LiveCluster cluster = LiveCluster.start(directory, "broker-a", "broker-b");
                BrokerPort owner = open(cluster);
                BrokerPort other = open(cluster)) {
            assertThat(result(other.units().prepared("", 10)).units()).isEmpty();
            UnitOfWork unit =
                    new UnitOfWork(ID, List.of(new UnitOfWork.Send(Message.of("Out", "x"), Placement.ANY)), List.of());
            assertThat(result(owner.units().prepare(unit))).isEqualTo(new PrepareOutcome.Prepared(false));
            String holder = holderAsSeenBy(owner);

            cluster.stopBroker(holder);
            assertUnavailable(owner.units().decide(ID, Decision.COMMIT));
            assertUnavailable(other.units().decide(ID, Decision.COMMIT));
            assertUnavailable(other.units().prepared("", 10));

            cluster.startBroker(holder);
            assertThat(result(other.units().decide(ID, Decision.COMMIT))).isInstanceOf(DecisionOutcome.Committed.class);
        }
    }

    @Test
    void aUnitOfABrokerThatStoppedInOrderIsNotUnknownToAClientStartedSince() {
        try (LiveCluster cluster = LiveCluster.start(directory, "broker-a", "broker-b")) {
            String holder;
            try (BrokerPort owner = open(cluster)) {
                UnitOfWork unit = new UnitOfWork(
                        ID, List.of(new UnitOfWork.Send(Message.of("Out", "x"), Placement.ANY)), List.of());
                assertThat(result(owner.units().prepare(unit))).isEqualTo(new PrepareOutcome.Prepared(false));
                holder = holderAsSeenBy(owner);
            }
            cluster.stopBroker(holder);
            try (BrokerPort since = open(cluster)) {
                assertUnavailable(since.units().decide(ID, Decision.COMMIT));
                assertUnavailable(since.units().prepared("", 10));
                cluster.startBroker(holder);
                assertThat(result(since.units().decide(ID, Decision.COMMIT)))
                        .isInstanceOf(DecisionOutcome.Committed.class);
            }
        }
    }

    private static BrokerPort open(LiveCluster cluster) {
        return BrokerPortFactory.open(URI.create("sluice://" + cluster.nameServerAddress()));
    }

    private static String holderAsSeenBy(BrokerPort port) {
        List<PreparedUnit> units = result(port.units().prepared("", 10)).units();
        assertThat(units).hasSize(1);
        return units.get(0).brokerName();
    }
}

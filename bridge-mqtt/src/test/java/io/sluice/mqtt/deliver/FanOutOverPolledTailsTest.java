package io.sluice.mqtt.deliver;

import io.sluice.port.BrokerPort;
import io.sluice.port.Tails;
import io.sluice.port.contract.ForwardingPort;
import io.sluice.port.contract.MemoryBroker;
import io.sluice.tail.PolledTails;
import io.sluice.tail.TailPace;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** The same over the tails that real ports have: fetches that wait, and topics that are described again and again. */
class FanOutOverPolledTailsTest extends FanOutTest {
    private static final TailPace PACE =
            new TailPace(Duration.ofSeconds(5), Duration.ofMillis(50), Duration.ofMillis(20), 3, 1 << 20);

    private PolledTails tails;

    @Override
    BrokerPort port(MemoryBroker behind) {
        tails = new PolledTails(
                behind.reader(),
                behind.topics(),
                (delay, step) -> CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS)
                        .execute(step),
                PACE);
        return new ForwardingPort(behind) {
            @Override
            public Tails tails() {
                return tails;
            }
        };
    }

    @AfterEach
    void closeTails() {
        tails.close();
    }
}

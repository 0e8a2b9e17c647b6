package io.sluice.broker;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.PooledByteBufAllocator;
import io.sluice.transport.LeakWatch;
import io.sluice.wire.frame.DamagedFrames;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * A broker under connections that send nonsense, and clients that mean well beside them.
 * {@code -Dsluice.fuzz.requests=N} tries another number, {@code -Dsluice.fuzz.seed=N} others.
 */
@ExtendWith(LeakWatch.class)
class DamagedRequestsTest {
    private static final int REQUESTS = Integer.getInteger("sluice.fuzz.requests", 60_000);
    private static final long SEED = Long.getLong("sluice.fuzz.seed", 20_260_115);
    private static final int CONNECTIONS = 4;
    private static final int ROUND = 1000;
    private static final long DIRECT_BYTES_MAX = 256L * 1024 * 1024;
    private static final int PATIENCE_MS = 10_000;

    @TempDir
    Path directory;

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();
    private final Nuisance[] nuisances = new Nuisance[CONNECTIONS];
    private NativeNode node;

    @BeforeEach
    void open() throws IOException {
        events.start();
        root.addAppender(events);
        node = NativeNode.in(directory);
    }

    @AfterEach
    void close() throws IOException {
        for (Nuisance nuisance : nuisances) {
            if (nuisance != null) {
                nuisance.close();
            }
        }
        node.close();
        root.detachAppender(events);
    }

    /** A connection that does not care for its answers, but takes them. */
    private static final class Nuisance implements AutoCloseable {
        private final Socket socket = new Socket();

        Nuisance(String address) throws IOException {
            int colon = address.lastIndexOf(':');
            socket.connect(
                    new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                    PATIENCE_MS);
            Thread drain = new Thread(this::drain, "nuisance-drain");
            drain.setDaemon(true);
            drain.start();
        }

        private void drain() {
            try {
                InputStream in = socket.getInputStream();
                byte[] answers = new byte[64 * 1024];
                int read = 0;
                while (read >= 0) {
                    read = in.read(answers);
                }
            } catch (IOException cut) {
                // What the broker should do after damage; the next send notices.
                return;
            }
        }

        void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void clientsThatMeanWellAreServedWhileOthersSendNonsenseAndNothingUnforeseenHappens() throws IOException {
        DamagedFrames frames = new DamagedFrames(SEED);
        for (int i = 0; i < REQUESTS; i++) {
            annoy(i % CONNECTIONS, i % 3 == 0 ? frames.next() : frames.request());
            if (i % ROUND == 0) {
                int round = i / ROUND;
                assertThat(node.send("Good", 0, "message " + round).code())
                        .as("send in round %d, seed %d", round, SEED)
                        .isZero();
                assertThat(NativeNode.texts(node.pull("Good", 0, round)))
                        .as("read in round %d, seed %d", round, SEED)
                        .contains("message " + round);
            }
        }
        assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory()).isLessThan(DIRECT_BYTES_MAX);
        assertThat(unforeseen()).isEmpty();
    }

    private void annoy(int connection, byte[] bytes) throws IOException {
        try {
            if (nuisances[connection] == null) {
                nuisances[connection] = new Nuisance(node.address());
            }
            nuisances[connection].send(bytes);
        } catch (IOException cut) {
            nuisances[connection].close();
            nuisances[connection] = new Nuisance(node.address());
        }
    }

    /** What was logged with a stack trace, or as an error. */
    private List<String> unforeseen() {
        return List.copyOf(events.list).stream()
                .filter(event ->
                        event.getThrowableProxy() != null || event.getLevel().isGreaterOrEqual(Level.ERROR))
                .map(event -> event.getFormattedMessage()
                        + (event.getThrowableProxy() == null
                                ? ""
                                : " " + event.getThrowableProxy().getClassName() + " "
                                        + event.getThrowableProxy().getMessage()))
                .distinct()
                .toList();
    }
}

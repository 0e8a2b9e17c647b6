package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.coordinator.CoordinatorProgram;
import io.sluice.gateway.node.LineProcess;
import io.sluice.gateway.node.NodeProcess;
import io.sluice.jms.SluiceConnectionFactory;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A transaction manager dies between the phases of its transactions, and so do the nodes that have the branches. What was decided
 * comes true, what was not is given back.
 */
@Tag("crash")
class KillCoordinatorTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private NodeProcess node(String name) {
        return NodeProcess.up(directory.resolve(name));
    }

    private static String url(NodeProcess node) {
        return "sluice://" + node.nameServer();
    }

    private LineProcess program(String step, NodeProcess first, NodeProcess second) {
        return CoordinatorProgram.process(step, directory.resolve("decisions"), url(first), url(second));
    }

    private static void put(NodeProcess node, List<String> queues) throws JMSException {
        try (Connection connection = new SluiceConnectionFactory(url(node)).createConnection()) {
            Session session = connection.createSession();
            for (String queue : queues) {
                session.createProducer(session.createQueue(queue)).send(session.createTextMessage("of " + queue));
            }
        }
    }

    private static void assertOnly(NodeProcess node, String queue) throws JMSException {
        try (Connection connection = new SluiceConnectionFactory(url(node)).createConnection()) {
            connection.start();
            Session session = connection.createSession();
            MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
            Message only = consumer.receive(PATIENCE.toMillis());
            assertThat(only.getBody(String.class)).isEqualTo("of " + queue);
            assertThat(consumer.receiveNoWait()).isNull();
        }
    }

    private static void assertEmpty(NodeProcess node, String queue) throws JMSException {
        try (Connection connection = new SluiceConnectionFactory(url(node)).createConnection()) {
            connection.start();
            Session session = connection.createSession();
            assertThat(session.createConsumer(session.createQueue(queue)).receiveNoWait())
                    .isNull();
        }
    }

    /** A branch in doubt hides what it sends and receives: only then is what is not there gone. */
    private static void assertNothingInDoubt(NodeProcess node) {
        try (BrokerPort port = BrokerPortFactory.open(URI.create(url(node)))) {
            assertThat(port.units()
                            .prepared("", 100)
                            .toCompletableFuture()
                            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                            .join()
                            .units())
                    .isEmpty();
        }
    }

    @Test
    void aTransactionManagerAndItsNodesAreKilledAndEveryBranchEndsAsItWasDecided() throws Exception {
        try (NodeProcess first = node("first");
                NodeProcess second = node("second")) {
            put(first, List.of(CoordinatorProgram.DECIDED, CoordinatorProgram.UNDECIDED));
            try (LineProcess working = program("work", first, second)) {
                assertThat(working.awaitExit(PATIENCE)).as(working.told()).isEqualTo(CoordinatorProgram.DIED);
            }
            first.kill();
            second.kill();
        }
        try (NodeProcess first = node("first");
                NodeProcess second = node("second")) {
            try (LineProcess recovering = program("recover", first, second)) {
                assertThat(recovering.awaitExit(PATIENCE)).as(recovering.told()).isZero();
            }
            assertNothingInDoubt(first);
            assertNothingInDoubt(second);
            assertOnly(second, CoordinatorProgram.DECIDED);
            assertEmpty(first, CoordinatorProgram.DECIDED);
            assertOnly(first, CoordinatorProgram.UNDECIDED);
            assertEmpty(second, CoordinatorProgram.UNDECIDED);
        }
    }
}

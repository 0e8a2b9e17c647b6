package io.sluice.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.client.Producer;
import io.sluice.client.SluiceClient;
import io.sluice.gateway.assembly.Gateway;
import io.sluice.gateway.assembly.Role;
import io.sluice.gateway.config.SettingsReader;
import io.sluice.gateway.doubt.HttpDoor;
import io.sluice.gateway.doubt.InDoubt;
import io.sluice.model.Message;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.port.Placement;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.PreparedUnit;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitsOfWork;
import io.sluice.port.UnitsOfWork.Decision;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code sluice units} and {@code sluice transactions} say and return, of a node that runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InDoubtCommandsTest {
    /** Everything that an id may have which means something in a path. */
    private static final String ODD = "a/b%2F?c#d+e&f=g";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final StringWriter said = new StringWriter();
    private final StringWriter complained = new StringWriter();

    private Gateway node;
    private BrokerPort port;

    @BeforeAll
    void open(@TempDir Path directory) {
        node = Gateway.open(
                Set.of(Role.NAME_SERVER, Role.BROKER, Role.DOORS),
                new SettingsReader()
                        .read(
                                Optional.empty(),
                                Map.of(),
                                Map.of(
                                        "namesrvPort", "0",
                                        "listenPort", "0",
                                        "mqttPort", "0",
                                        "httpPort", "0",
                                        "bindAddress", "127.0.0.1",
                                        "transactionTimeOut", "86400000",
                                        "storePathRootDir",
                                                directory.resolve("store").toString())));
        node.start();
        port = BrokerPortFactory.open(URI.create("sluice://127.0.0.1:" + portOf("namesrv")));
    }

    @AfterEach
    void leaveNothing() {
        said.getBuffer().setLength(0);
        for (PreparedUnit unit :
                result(port.units().prepared("", UnitsOfWork.PAGE_MAX)).units()) {
            result(port.units().decideByHand(unit.id(), Decision.ROLLBACK));
            assertThat(result(port.units().forget(unit.id()))).isTrue();
        }
    }

    @AfterAll
    void close() {
        port.close();
        node.close();
    }

    private String portOf(String door) {
        Matcher found = Pattern.compile(" " + door + "=127\\.0\\.0\\.1:(\\d+)").matcher(node.readyLine());
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static UnitOfWork unit(String id) {
        return new UnitOfWork(id, List.of(new UnitOfWork.Send(Message.of("Out", "x"), Placement.ANY)), List.of());
    }

    private void prepare(String id) {
        assertThat(result(port.units().prepare(unit(id)))).isEqualTo(new PrepareOutcome.Prepared(false));
    }

    private int run(String... arguments) {
        return runAt(portOf("http"), arguments);
    }

    private int runAt(String httpPort, String... arguments) {
        said.getBuffer().setLength(0);
        complained.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-D", "httpPort=" + httpPort));
        // Not by System.out: the node logs there meanwhile.
        CommandLine line =
                SluiceCommand.line().setOut(new PrintWriter(said, true)).setErr(new PrintWriter(complained, true));
        return SluiceCommand.run(line, all.toArray(String[]::new));
    }

    private List<String> lines() {
        return said.toString().lines().toList();
    }

    private String complaint() {
        return complained.toString();
    }

    @Test
    void whatIsPreparedIsListedAndDecidedByHand() {
        prepare("u1");
        prepare(ODD);
        assertThat(run("units", "list")).isZero();
        assertThat(lines()).hasSize(3);
        assertThat(lines().get(0)).matches("id +broker +state +since +messages +settlements +bytes");
        assertThat(lines().get(1)).startsWith(ODD + "  broker-").contains("  prepared  ");
        assertThat(lines().get(2)).startsWith("u1  ").endsWith("  1         0            1");

        assertThat(run("units", "list", "--json")).isZero();
        assertThat(lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("{\"id\":\"").contains("\"state\":\"prepared\""));

        assertThat(run("units", "commit", ODD)).isZero();
        assertThat(lines()).containsExactly(ODD + "  committed");
        assertThat(run("units", "rollback", "--json", "u1")).isZero();
        assertThat(lines()).containsExactly("{\"id\":\"u1\",\"outcome\":\"rolled-back\"}");

        assertThat(run("units", "list")).isZero();
        assertThat(lines().get(1)).contains("  heuristic-commit  ");
        assertThat(lines().get(2)).contains("  heuristic-rollback  ");
        assertThat(run("units", "forget", ODD, "u1")).isZero();
        assertThat(lines()).containsExactly(ODD + "  forgotten", "u1  forgotten");
        assertThat(run("units", "list")).isZero();
        assertThat(lines()).containsExactly("none");
        assertThat(run("units", "list", "--json")).isZero();
        assertThat(lines()).isEmpty();
    }

    @Test
    void whatCannotBeDecidedIsToldAndTheRestIsDone() {
        prepare("u1");
        prepare("u2");
        assertThat(run("units", "forget", "u1")).isEqualTo(SluiceCommand.FAILED);
        assertThat(complaint()).startsWith("sluice: ").contains("decide it first");
        assertThat(run("units", "commit", "u1", "nobody", "u2")).isEqualTo(SluiceCommand.FAILED);
        assertThat(lines()).containsExactly("u1  committed", "u2  committed");
        assertThat(complaint()).startsWith("sluice: ").contains("nobody").hasLineCount(1);
        assertThat(run("units", "rollback", "u1")).isEqualTo(SluiceCommand.FAILED);
        assertThat(complaint()).contains("decided before: committed");
    }

    @Test
    void moreThanOnePageIsListedToItsEnd() {
        for (String id : List.of("a&b", "b", "c", "d", "e")) {
            prepare(id);
        }
        InDoubt inTwos = new InDoubt("/v1/units", "units", "after", List.of("id", "messages"), 2);
        HttpDoor door = new HttpDoor("127.0.0.1", Integer.parseInt(portOf("http")));
        inTwos.list(door, "", InDoubt.Form.TABLE, new PrintWriter(said));
        assertThat(lines())
                .as("with a heading for each page")
                .containsExactly(
                        "id   messages", "a&b  1", "b    1", "id  messages", "c   1", "d   1", "id  messages", "e   1");
    }

    /** The broker follows half messages on a thread of its own. */
    private void awaitTransactions(int count) {
        await().atMost(PATIENCE).pollInSameThread().until(() -> {
            assertThat(run("transactions", "list", "--json")).isZero();
            return lines().size() == count;
        });
    }

    @Test
    void halfMessagesAreListedAndDecidedByHand() {
        try (SluiceClient client = SluiceClient.connect("127.0.0.1:" + portOf("namesrv"))) {
            Producer producer = client.producer("sellers")
                    .transactionCheck(half -> io.sluice.client.transaction.Decision.UNKNOWN)
                    .start();
            for (String text : List.of("a", "bc")) {
                producer.sendInTransaction(
                        Message.of("Deals", text), half -> io.sluice.client.transaction.Decision.UNKNOWN);
            }
            awaitTransactions(2);
            List<String> ids = lines().stream()
                    .map(line -> line.replaceAll(".*\"id\":\"(\\w+)\".*", "$1"))
                    .toList();

            assertThat(run("transactions", "list")).isZero();
            assertThat(lines().get(0)).matches("id +state +topic +queue +producerGroup +since +asked +bodyBytes");
            assertThat(lines().get(1))
                    .startsWith(ids.get(0) + "  pending  Deals  ")
                    .endsWith("  1");
            assertThat(run("transactions", "commit", ids.get(0))).isZero();
            assertThat(lines()).containsExactly(ids.get(0) + "  done");
            assertThat(run("transactions", "rollback", ids.get(0), ids.get(1))).isEqualTo(SluiceCommand.FAILED);
            assertThat(lines()).containsExactly(ids.get(1) + "  done");
            assertThat(complaint()).contains(ids.get(0) + " was decided before").hasLineCount(1);
            awaitTransactions(0);
        }
        assertThat(run("transactions", "list", "--given-up")).isZero();
        assertThat(lines()).containsExactly("none");
        assertThat(run("transactions", "ask", "7F00000100002A9F0000000000000F2C"))
                .isEqualTo(SluiceCommand.FAILED);
        assertThat(complaint()).contains("7F00000100002A9F0000000000000F2C");
    }

    @Test
    void aNodeThatIsNotThereIsToldWithItsAddress() throws IOException {
        try (Socket notListening = new Socket()) {
            notListening.bind(new InetSocketAddress("127.0.0.1", 0));
            String httpPort = String.valueOf(notListening.getLocalPort());
            assertThat(runAt(httpPort, "units", "list")).isEqualTo(SluiceCommand.FAILED);
            assertThat(complaint())
                    .contains("http://127.0.0.1:" + httpPort, "--host")
                    .hasLineCount(1);
        }
    }

    @Test
    void aHostThatIsNoneIsTold() {
        assertThat(run("units", "list", "--host", "no such host")).isEqualTo(SluiceCommand.FAILED);
        assertThat(complaint()).contains("'no such host' is no host").hasLineCount(1);
    }

    @Test
    void wrongUsageIsToldApart() {
        assertThat(run("units")).isEqualTo(SluiceCommand.WRONG_USAGE);
        assertThat(run("units", "commit")).isEqualTo(SluiceCommand.WRONG_USAGE);
        assertThat(run("transactions", "list", "--no-such")).isEqualTo(SluiceCommand.WRONG_USAGE);
    }
}

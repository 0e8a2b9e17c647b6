package io.sluice.perf.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.assembly.Gateway;
import io.sluice.gateway.assembly.Role;
import io.sluice.gateway.config.SettingsReader;
import io.sluice.perf.lease.LeaseComparison;
import io.sluice.perf.lease.LeasePlan;
import io.sluice.perf.load.LoadSettings;
import io.sluice.perf.load.Reading;
import io.sluice.perf.load.SendStyle;
import io.sluice.perf.measure.LoadPlan;
import io.sluice.perf.measure.LoadWatch;
import io.sluice.perf.measure.Result;
import io.sluice.perf.store.Figure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Short loads through every door of a real node, in every way that each client can. */
class DoorLoadsTest {
    private static final int MESSAGES = 200;

    @TempDir
    static Path directory;

    private static Gateway node;
    private static Map<String, String> addresses;

    @BeforeAll
    static void startNode() {
        Map<String, String> settings = Map.of(
                "storePathRootDir", directory.resolve("store").toString(),
                "namesrvPort", "0",
                "listenPort", "0",
                "mqttPort", "0",
                "httpPort", "0",
                "mappedFileSizeCommitLog", String.valueOf(16 << 20));
        node = Gateway.open(
                EnumSet.of(Role.NAME_SERVER, Role.BROKER, Role.DOORS),
                new SettingsReader().read(Optional.empty(), Map.of(), settings));
        node.start();
        addresses = Arrays.stream(node.readyLine().split(" "))
                .filter(entry -> entry.contains("="))
                .map(entry -> entry.split("=", 2))
                .collect(Collectors.toMap(both -> both[0], both -> both[1]));
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    private static final Function<ClientKind, String> ADDRESS =
            client -> addresses.get(client.door().orElse("namesrv"));

    private static Stream<ClientKind> ownClients() {
        return Arrays.stream(ClientKind.values()).filter(client -> client.peer().isEmpty());
    }

    static Stream<Arguments> sends() {
        return ownClients().flatMap(client -> client.styles().stream().map(style -> Arguments.of(client, style)));
    }

    static Stream<Arguments> readings() {
        return ownClients().flatMap(client -> client.readings().stream().map(reading -> Arguments.of(client, reading)));
    }

    private static LoadRequest request(
            ClientKind client, LoadMode mode, SendStyle style, Reading reading, int consumers, double rate) {
        int perStep = client == ClientKind.RAW ? 64 : 1;
        return new LoadRequest(
                client,
                mode,
                new LoadSettings(
                        ADDRESS.apply(client),
                        addresses.get("broker"),
                        "%s-%s-%s-%s".formatted(client, mode, style, reading),
                        client == ClientKind.RAW ? 1 : 2,
                        2,
                        style,
                        reading,
                        4,
                        64,
                        0),
                new LoadPlan(Duration.ZERO, Duration.ZERO, MESSAGES / perStep, 2, style.isWaitedFor() ? 1 : 16, rate),
                mode == LoadMode.SEND && client != ClientKind.RAW ? 2 : 1,
                consumers,
                1,
                MESSAGES);
    }

    @Test
    void leasesAreHeldAgainstPlainPullsOfTheSameMessages() throws Exception {
        List<Figure> figures = new ArrayList<>();
        LeasePlan plan = new LeasePlan(ADDRESS.apply(ClientKind.NATIVE), 1_000, 16, 0, 1);
        new LeaseComparison(plan, NodeUsage.UNKNOWN, figures::add).run();
        assertThat(figures.stream().filter(figure -> !figure.unit().equals("us")))
                .hasSize(6)
                .allSatisfy(figure -> assertThat(figure.value()).isPositive());
    }

    private static Result run(LoadRequest request) throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Result result = LoadJob.run(request, new LoadWatch() {
            @Override
            public void failed(Throwable cause) {
                failure.compareAndSet(null, cause);
            }
        });
        assertThat(failure).hasNullValue();
        assertThat(result.errors()).isZero();
        return result;
    }

    @ParameterizedTest
    @MethodSource("sends")
    void everyClientSendsInEveryStyleItHas(ClientKind client, SendStyle style) throws Exception {
        Result result = run(request(
                client,
                LoadMode.SEND,
                style,
                client.readings().stream().findFirst().orElse(Reading.PUSH),
                1,
                0));

        long perStep = client == ClientKind.RAW ? 64 : style == SendStyle.BATCH ? 4 : 1;
        assertThat(result.messages()).isEqualTo(result.latency().getTotalCount() * perStep);
        assertThat(result.messages()).isGreaterThanOrEqualTo(MESSAGES / 64 * 64);
    }

    @ParameterizedTest
    @MethodSource("readings")
    void everyClientDrainsABacklogInEveryWayItHas(ClientKind client, Reading reading) throws Exception {
        // A second member that joins a group of listeners makes some messages come twice.
        int consumers = reading == Reading.PUSH ? 1 : 2;
        Result result = run(request(client, LoadMode.DRAIN, client.styles().get(0), reading, consumers, 0));

        // The first tenth is not measured; a backlog may be some messages larger than was asked.
        assertThat(result.messages()).isBetween(MESSAGES * 9L / 10, MESSAGES + 10L);
    }

    @ParameterizedTest
    @MethodSource("readings")
    void everyClientBringsItsMessagesBackInEveryWayItHas(ClientKind client, Reading reading) throws Exception {
        Result result = run(request(client, LoadMode.TRIP, client.styles().get(0), reading, 1, 400));

        assertThat(result.messages()).isEqualTo(MESSAGES);
        assertThat(result.percentileMs(100)).isPositive();
    }

    @Test
    void anAddressWithoutANodeIsNamed() {
        LoadRequest nowhere = new LoadRequest(
                ClientKind.RAW,
                LoadMode.SEND,
                new LoadSettings("127.0.0.1:1", "127.0.0.1:1", "T", 1, 1, SendStyle.ASYNC, Reading.PUSH, 1, 64, 0),
                LoadPlan.fast(Duration.ZERO, Duration.ofSeconds(1), 1, 1),
                1,
                1,
                1,
                100);

        assertThatThrownBy(() -> LoadJob.run(nowhere, LoadWatch.SILENT))
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageContaining("does a node listen there?");
    }
}

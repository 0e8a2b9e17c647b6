package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.e2e.MqadminCommands.Row;
import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.GeneratedSection;
import io.sluice.gateway.node.Mqadmin;
import io.sluice.gateway.node.Mqadmin.Outcome;
import io.sluice.gateway.node.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command of Apache's administration tool works against a node, or says at once that it does not, and why. */
class MqadminTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    /** For the one command that only ends when it is stopped. */
    private static final Duration ENDLESS_DEADLINE = Duration.ofSeconds(10);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ENDLESS = "clusterRT";

    @TempDir
    static Path directory;

    private static final Map<String, String> prepared = new HashMap<>();
    private static final Map<Row, Outcome> outcomes = new LinkedHashMap<>();
    private static Outcome refusedSetting;
    private static Outcome settingsAfterRestart;
    private static Outcome nameServerAfterRestart;
    private static Set<String> commands;
    private static List<String> errorsOfTheNode;

    /** Commands share the node and what was prepared on it, so they run once, in the order of their table. */
    @BeforeAll
    static void runThemAll() throws IOException {
        try (NodeProcess node = NodeProcess.up(directory.resolve("data"), "traceTopicEnable=true");
                ApacheClient client = new ApacheClient(Version.V5, node.nameServer(), directory);
                Mqadmin mqadmin = new Mqadmin(directory)) {
            commands = mqadmin.commands();
            prepare(node, client, mqadmin);
            for (Row row : MqadminCommands.ROWS) {
                outcomes.put(row, run(mqadmin, words(row.line())));
            }
            refusedSetting = run(mqadmin, words("updateBrokerConfig -b {broker} -k listenPort -v 1"));
            errorsOfTheNode = node.process().errors();
        }
        try (NodeProcess restarted = NodeProcess.up(directory.resolve("data"));
                Mqadmin mqadmin = new Mqadmin(directory)) {
            settingsAfterRestart = mqadmin.run(
                    DEADLINE,
                    List.of("getBrokerConfig", "-b", restarted.address("broker"), "-n", restarted.nameServer()));
            nameServerAfterRestart = mqadmin.run(DEADLINE, List.of("getNamesrvConfig", "-n", restarted.nameServer()));
        }
    }

    private static Outcome run(Mqadmin mqadmin, List<String> words) {
        Duration deadline = words.get(0).equals(ENDLESS) ? ENDLESS_DEADLINE : DEADLINE;
        return mqadmin.run(
                deadline,
                Stream.concat(words.stream(), Stream.of("-n", prepared.get("nameServer")))
                        .toList());
    }

    private static void prepare(NodeProcess node, ApacheClient client, Mqadmin mqadmin) throws IOException {
        prepared.put("nameServer", node.nameServer());
        prepared.put("broker", node.address("broker"));
        prepared.put("cluster", "DefaultCluster");
        prepared.put("exports", directory.resolve("exports").toString());
        prepared.put("topics", write("topics.json", """
                [{"topicName":"Listed","readQueueNums":2,"writeQueueNums":2,"perm":6,"topicFilterType":"SINGLE_TAG"}]"""));
        prepared.put("groups", write("groups.json", """
                [{"groupName":"listed","consumeEnable":true,"retryMaxTimes":3}]"""));
        run(mqadmin, List.of("updateTopic", "-c", "DefaultCluster", "-t", "Orders", "-r", "4", "-w", "4"));
        client.tell("producer", "writers");
        client.tell("consumer", "readers", "Orders", "*", "0");
        String[] sent = client.send("Orders", "TagA", "key-1", "hello").split(" ");
        prepared.put("uniqueKey", sent[0]);
        prepared.put("queue", sent[1]);
        await().atMost(PATIENCE).until(() -> !client.received().isEmpty());
        prepared.put(
                "offsetId",
                found("OffsetID: +(\\S+)", () -> run(mqadmin, List.of("queryMsgById", "-t", "Orders", "-i", sent[0]))));
        prepared.put(
                "client",
                found("(?m)^(\\S+@\\S+)", () -> run(mqadmin, List.of("consumerConnection", "-g", "readers"))));
        Outcome traced = run(mqadmin, List.of("sendMessage", "-t", "Orders", "-p", "traced", "-m", "true"));
        prepared.put("tracedKey", found("SEND_OK +(\\S+)", () -> traced));
        // What the members committed and what clients traced reaches the broker a little later.
        found("trackType=CONSUMED", () -> run(mqadmin, words("queryMsgById -t Orders -i {uniqueKey}")));
        found("success", () -> run(mqadmin, words("queryMsgTraceById -i {tracedKey}")));
        found("Consume Diff Total: 0", () -> run(mqadmin, words("consumerProgress -g readers -t Orders")));
    }

    private static String write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    /** Asks until the answer matches, and returns the group of the match, if the pattern has one. */
    private static String found(String pattern, Supplier<Outcome> asked) {
        Matcher[] match = new Matcher[1];
        await().atMost(PATIENCE).until(() -> {
            match[0] = Pattern.compile(pattern).matcher(asked.get().text());
            return match[0].find();
        });
        return match[0].group(match[0].groupCount());
    }

    private static List<String> words(String line) {
        return Arrays.stream(line.split(" ")).map(MqadminTest::filled).toList();
    }

    private static String filled(String word) {
        String filled = word;
        for (Map.Entry<String, String> value : prepared.entrySet()) {
            filled = filled.replace("{" + value.getKey() + "}", value.getValue());
        }
        return filled;
    }

    static List<Row> rows() {
        return MqadminCommands.ROWS;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void theCommandDoesWhatThePageSays(Row row) {
        Outcome outcome = outcomes.get(row);
        assertThat(outcome.ended())
                .as("ended: %s", outcome.text())
                .isEqualTo(!row.command().equals(ENDLESS));
        assertThat(outcome.text())
                .contains(row.said().stream().map(MqadminTest::filled).toList());
        if (row.state() == MqadminCommands.State.WORKS && outcome.ended()) {
            assertThat(outcome.text()).doesNotContain("command failed");
        }
    }

    @Test
    void aSettingThatCannotChangeAtRunTimeIsRefusedWithTheReason() {
        assertThat(refusedSetting.text())
                .contains(
                        "listenPort cannot change while the broker runs", "start the broker again", "fileReservedTime");
    }

    @Test
    void aSettingThatWasChangedAtRunTimeSurvivesARestart() {
        assertThat(settingsAfterRestart.text()).containsPattern("fileReservedTime +=  48");
        assertThat(nameServerAfterRestart.text()).containsPattern("orderMessageEnable +=  true");
    }

    @Test
    void everyCommandOfTheToolIsInTheTable() {
        assertThat(commands)
                .isEqualTo(rows().stream().map(Row::command).collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void theNodeTellsNoStackTrace() {
        assertThat(errorsOfTheNode).noneMatch(line -> line.startsWith("\tat "));
    }

    @Test
    void thePageShowsTheTable() {
        String expected = page();
        assertThat(new GeneratedSection("docs/doors/remoting.md", "mqadmin").text(expected))
                .isEqualTo(expected);
    }

    private static String page() {
        StringBuilder page = new StringBuilder("\n| command | state | note |\n| --- | --- | --- |\n");
        Set<String> shown = new LinkedHashSet<>();
        for (Row row : rows()) {
            if (shown.add(row.command())) {
                String note = rows().stream()
                        .filter(other -> other.command().equals(row.command()))
                        .map(Row::note)
                        .filter(said -> !said.isEmpty())
                        .findFirst()
                        .orElse("");
                page.append("| `%s` | %s | %s |\n".formatted(row.command(), row.state().shown, note));
            }
        }
        return page.append('\n').toString();
    }
}

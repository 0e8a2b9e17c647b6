package io.sluice.gateway.node;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An unmodified Apache RocketMQ client in a process of its own; see the driver in {@code peers/}. */
public final class ApacheClient implements AutoCloseable {
    private static final Duration ANSWER_DEADLINE = Duration.ofSeconds(90);

    /** Which release of the client. */
    public enum Version {
        V4_9_8("rocketmq-4"),
        V5("rocketmq-5");

        private final String directory;

        Version(String directory) {
            this.directory = directory;
        }
    }

    /**
     * One message as the client saw it.
     *
     * @param reader    which of the process's consumers
     * @param msgId     as the client's message has it: the unique key
     * @param storeSize bytes of the stored record
     */
    public record Got(
            String reader,
            String topic,
            int queueId,
            long queueOffset,
            int reconsumeTimes,
            String body,
            Map<String, String> properties,
            String msgId,
            int storeSize,
            long storeTimestamp) {}

    private final LineProcess process;

    /** @param settings further options of the virtual machine, by which some settings of these clients are made */
    public ApacheClient(Version version, String nameServers, Path home, String... settings) {
        Path peer = Path.of(System.getProperty("sluice.root"), "peers", version.directory, "target");
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Duser.home=" + home,
                "-Drocketmq.client.logRoot=" + home.resolve("logs"),
                "--add-opens=java.base/java.nio=ALL-UNNAMED"));
        line.addAll(List.of(settings));
        line.addAll(List.of(
                "-cp",
                peer.resolve("classes") + File.pathSeparator + peer.resolve("lib") + "/*",
                "io.sluice.peers.ApacheClientDriver",
                nameServers));
        this.process = new LineProcess("apache-" + version.directory, new ProcessBuilder(line));
    }

    /** Sends one command and returns what follows OK; an ERR fails the test. */
    public String tell(String... words) {
        String answer = ask(words);
        if (!answer.startsWith("OK")) {
            throw new AssertionError(Arrays.toString(words) + " answered " + answer + "\n" + process.told());
        }
        return answer.substring(3);
    }

    /** Sends one command and returns the whole answer, OK or ERR. */
    public String ask(String... words) {
        int from = process.output().size();
        process.say(String.join("\t", words));
        return process.line(
                process.awaitLine(from, line -> line.startsWith("OK") || line.startsWith("ERR"), ANSWER_DEADLINE));
    }

    public String send(String topic, String tag, String keys, String body, String... properties) {
        return tell(Stream.concat(Stream.of("send", topic, tag, keys, base64(body)), Stream.of(properties))
                .toArray(String[]::new));
    }

    /** What one of the process's consumers has received, in the order in which it came. */
    public List<Got> received(String reader) {
        return received().stream().filter(got -> got.reader().equals(reader)).toList();
    }

    /** The bodies of what one of the process's consumers has received, in the order in which it came. */
    public List<String> bodies(String reader) {
        return received(reader).stream().map(Got::body).toList();
    }

    public List<Got> received() {
        return process.output().stream()
                .filter(line -> line.startsWith("GOT\t"))
                .map(ApacheClient::parse)
                .collect(Collectors.toList());
    }

    private static Got parse(String line) {
        String[] fields = line.split("\t", -1);
        return new Got(
                fields[1],
                fields[2],
                Integer.parseInt(fields[3]),
                Long.parseLong(fields[4]),
                Integer.parseInt(fields[5]),
                text(fields[6]),
                properties(text(fields[7])),
                fields[8],
                Integer.parseInt(fields[9]),
                Long.parseLong(fields[10]));
    }

    private static Map<String, String> properties(String text) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (String pair : text.split("\u0002")) {
            int middle = pair.indexOf('\u0001');
            if (middle > 0) {
                properties.put(pair.substring(0, middle), pair.substring(middle + 1));
            }
        }
        return properties;
    }

    public static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    /** Shuts producers and consumers down as an application would, offsets committed, and waits for the end. */
    public void finish() {
        process.endInput();
        process.awaitExit(ANSWER_DEADLINE);
    }

    public LineProcess process() {
        return process;
    }

    @Override
    public void close() {
        process.close();
    }
}

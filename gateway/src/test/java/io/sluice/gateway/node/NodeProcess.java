package io.sluice.gateway.node;

import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code sluice up} as a process of its own, on free ports, in a directory of the test. */
public final class NodeProcess implements AutoCloseable {
    private static final Duration READY_DEADLINE = Duration.ofSeconds(60);
    private static final String HEAP = "512m";
    private static final Pattern ENTRY = Pattern.compile(" (\\w+)=(\\S+)");

    private final LineProcess process;
    private final Map<String, String> ready;

    private NodeProcess(LineProcess process, Map<String, String> ready) {
        this.process = process;
        this.ready = ready;
    }

    /** Starts a node on free ports and does not wait. */
    public static LineProcess starting(Path data, String... definitions) {
        return start(data, Stream.concat(freePorts(), Stream.of(definitions)).toArray(String[]::new));
    }

    /** Starts a node on free ports and waits for its ready line. */
    public static NodeProcess up(Path data, String... definitions) {
        return ready(starting(data, definitions));
    }

    /** As {@link #up}, with a heap of so much, in the words of {@code -Xmx}. */
    public static NodeProcess withHeap(String heap, Path data, String... definitions) {
        return ready(command(heap, upWith(data, Stream.concat(freePorts(), Stream.of(definitions)))));
    }

    /** Starts the doors alone, on free ports, in front of a cluster, and waits for their ready line. */
    public static NodeProcess doors(Path data, String nameServer) {
        return ready(command(List.of(
                "gateway",
                "--data",
                data.toString(),
                "-D",
                "namesrvAddr=" + nameServer,
                "-D",
                "bindAddress=127.0.0.1",
                "-D",
                "mqttPort=0",
                "-D",
                "httpPort=0")));
    }

    private static NodeProcess ready(LineProcess process) {
        try {
            int line = process.awaitLine(0, said -> said.startsWith("Sluice is ready"), READY_DEADLINE);
            Map<String, String> ready = ENTRY.matcher(process.line(line))
                    .results()
                    .collect(Collectors.toMap(entry -> entry.group(1), entry -> entry.group(2)));
            return new NodeProcess(process, ready);
        } catch (AssertionError notReady) {
            process.close();
            throw notReady;
        }
    }

    private static Stream<String> freePorts() {
        return Stream.of("namesrvPort=0", "listenPort=0", "mqttPort=0", "httpPort=0");
    }

    /** Starts {@code sluice up} with exactly these definitions and does not wait. */
    public static LineProcess start(Path data, String... definitions) {
        return command(upWith(data, Stream.of(definitions)));
    }

    private static List<String> upWith(Path data, Stream<String> definitions) {
        List<String> arguments = new ArrayList<>(List.of("up", "--data", data.toString()));
        definitions.forEach(definition -> arguments.addAll(List.of("-D", definition)));
        return arguments;
    }

    /** Any command of the command line as a process. */
    public static LineProcess command(List<String> arguments) {
        return command(HEAP, arguments);
    }

    private static LineProcess command(String heap, List<String> arguments) {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseParallelGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=" + Path.of(System.getProperty("sluice.root"), "conf", "logback.xml"),
                "-cp",
                System.getProperty("java.class.path"),
                "io.sluice.gateway.cli.SluiceCommand"));
        line.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().keySet().removeIf(name -> name.startsWith("SLUICE_") || name.equals("NAMESRV_ADDR"));
        return new LineProcess("sluice " + arguments.get(0), builder);
    }

    /** A client of the node that speaks the native protocol. */
    public BrokerPort port() {
        return BrokerPortFactory.open(URI.create("sluice://" + nameServer()));
    }

    public String nameServer() {
        return ready.get("namesrv");
    }

    public String http() {
        return "http://" + ready.get("http");
    }

    public String mqtt() {
        return "tcp://" + ready.get("mqtt");
    }

    /** {@code host:port} of a door by its name in the ready line. */
    public String address(String door) {
        return ready.get(door);
    }

    public int port(String door) {
        Matcher port = Pattern.compile(":(\\d+)$").matcher(ready.get(door));
        if (!port.find()) {
            throw new AssertionError("no port in " + ready);
        }
        return Integer.parseInt(port.group(1));
    }

    public Map<String, String> readyLine() {
        return ready;
    }

    public LineProcess process() {
        return process;
    }

    /** SIGKILL. */
    public void kill() {
        process.kill();
    }

    /** SIGTERM, and the exit code. */
    public int stop() {
        process.terminate();
        return process.awaitExit(Duration.ofMinutes(1));
    }

    @Override
    public void close() {
        process.close();
    }
}

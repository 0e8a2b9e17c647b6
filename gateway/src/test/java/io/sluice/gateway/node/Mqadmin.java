package io.sluice.gateway.node;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Apache's {@code mqadmin} in a process of its own, which runs one command after another; see the driver in {@code peers/}. */
public final class Mqadmin implements AutoCloseable {
    private static final Duration OVERHEAD = Duration.ofSeconds(60);

    private final LineProcess process;

    /**
     * What a command did.
     *
     * @param ended whether it ended by itself within its time
     * @param took  how long it ran
     * @param text  everything it printed
     */
    public record Outcome(boolean ended, Duration took, String text) {}

    /** @param home for what the commands leave behind */
    public Mqadmin(Path home) {
        Path peer = Path.of(System.getProperty("sluice.root"), "peers", "rocketmq-tools", "target");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Duser.home=" + home,
                "-Djava.io.tmpdir=" + home,
                "-Drocketmq.client.logRoot=" + home.resolve("logs"),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-cp",
                peer.resolve("classes") + File.pathSeparator + peer.resolve("lib") + "/*",
                "io.sluice.peers.mqadmin.MqadminDriver");
        this.process = new LineProcess("mqadmin", builder.directory(home.toFile()));
    }

    /** Every command that the tool has. */
    public Set<String> commands() {
        return new TreeSet<>(Arrays.asList(ask("commands", OVERHEAD).split(" ")));
    }

    /** Runs one command; one that does not end in time is interrupted and left to itself. */
    public Outcome run(Duration deadline, List<String> command) {
        String[] answer = ask(
                        "run\t%d\t%s".formatted(deadline.toMillis(), String.join("\t", command)),
                        deadline.plus(OVERHEAD))
                .split(" ", -1);
        return new Outcome(
                answer[0].equals("DONE"),
                Duration.ofMillis(Long.parseLong(answer[1])),
                new String(Base64.getDecoder().decode(answer[2]), StandardCharsets.UTF_8));
    }

    private String ask(String line, Duration deadline) {
        int from = process.output().size();
        process.say(line);
        return process.line(process.awaitLine(from, answer -> true, deadline));
    }

    @Override
    public void close() {
        process.close();
    }
}

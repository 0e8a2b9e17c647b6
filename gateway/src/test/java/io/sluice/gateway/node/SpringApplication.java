package io.sluice.gateway.node;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A Spring Boot application on the starter of Apache RocketMQ, in a process of its own; see the driver in {@code peers/}. */
public final class SpringApplication implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(90);

    private final LineProcess process;

    /** Starts it, with message traces, and waits until its listeners run. */
    public SpringApplication(String nameServer, Path home) {
        Path peer = Path.of(System.getProperty("sluice.root"), "peers", "spring-boot", "target");
        this.process = new LineProcess(
                "spring application",
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-Duser.home=" + home,
                        "-Drocketmq.client.logRoot=" + home.resolve("logs"),
                        "--add-opens=java.base/java.nio=ALL-UNNAMED",
                        // A new retry topic is found with the next rebalance, otherwise every 20 s.
                        "-Drocketmq.client.rebalance.waitInterval=1000",
                        "-cp",
                        peer.resolve("classes") + File.pathSeparator + peer.resolve("lib") + "/*",
                        "io.sluice.peers.spring.SpringDriver",
                        "--spring.main.banner-mode=off",
                        "--rocketmq.name-server=" + nameServer,
                        "--rocketmq.producer.group=spring-writers",
                        "--rocketmq.producer.enable-msg-trace=true"));
        awaitAnswer(0);
    }

    private String awaitAnswer(int from) {
        return process.line(process.awaitLine(from, line -> line.startsWith("OK") || line.startsWith("ERR"), DEADLINE));
    }

    /** Sends one command and returns what follows OK; an ERR fails the test. */
    public String tell(String... words) {
        int from = process.output().size();
        process.say(String.join("\t", words));
        String answer = awaitAnswer(from);
        if (!answer.startsWith("OK")) {
            throw new AssertionError(String.join(" ", words) + " answered " + answer + "\n" + process.told());
        }
        return answer.substring(3);
    }

    /** What a listener got, in the order of its calls. */
    public List<String> got(String listener) {
        String begin = "GOT " + listener + " ";
        return process.output().stream()
                .filter(line -> line.startsWith(begin))
                .map(line -> line.substring(begin.length()))
                .toList();
    }

    @Override
    public void close() {
        process.close();
    }
}

package io.sluice.perf.target;

import io.sluice.model.SluiceException;
import io.sluice.perf.machine.ChildProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** An unmodified Apache Kafka: broker and controller in one process, without replicas. */
final class KafkaNode {
    private static final long FORMAT_SECONDS = 60;

    private KafkaNode() {}

    static Target start(TargetSettings settings) throws IOException, InterruptedException {
        Path lib = settings.root().resolve("peers/kafka/target/lib");
        if (!Files.isDirectory(lib)) {
            throw new SluiceException(
                    "no Kafka in %s; build it with: mvn -P peer,perf -DskipTests package".formatted(lib));
        }
        int port = Target.freePort();
        Path conf = conf(settings, port, Target.freePort());
        String cluster = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(16).putLong(1).putLong(port).array());
        try (ChildProcess format = new ChildProcess(
                "kafka-format",
                java(settings, lib, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", conf.toString()),
                line -> {})) {
            if (format.await(FORMAT_SECONDS) != 0) {
                throw format.failure("could not prepare " + settings.directory());
            }
        }
        String address = "127.0.0.1:" + port;
        return new Target(TargetKind.KAFKA, settings.directory(), Map.of("address", address, "broker", address))
                .with("kafka", java(settings, lib, "kafka.Kafka", conf.toString()));
    }

    private static Path conf(TargetSettings settings, int port, int controller) throws IOException {
        String flush = settings.syncFlush()
                ? "log.flush.interval.messages=1"
                : "log.flush.interval.ms=%1$d%nlog.flush.scheduler.interval.ms=%1$d".formatted(TargetSettings.FLUSH_MS);
        return Files.writeString(settings.directory().resolve("server.properties"), """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%2$d
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
                controller.listener.names=CONTROLLER
                listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
                log.dirs=%3$s
                num.partitions=%4$d
                offsets.topic.replication.factor=1
                offsets.topic.num.partitions=1
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                group.initial.rebalance.delay.ms=0
                %5$s
                """.formatted(
                        port, controller, settings.directory().resolve("data"), TargetSettings.QUEUES, flush));
    }

    private static ProcessBuilder java(TargetSettings settings, Path lib, String main, String... arguments) {
        List<String> line = new ArrayList<>(List.of(
                settings.java().toString(),
                "-Xms%dm".formatted(settings.heapMb()),
                "-Xmx%dm".formatted(settings.heapMb()),
                "-XX:+UseG1GC",
                "-Djava.net.preferIPv4Stack=true",
                "-cp",
                lib + "/*",
                main));
        line.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(line);
    }
}

package io.sluice.perf.target;

import io.sluice.model.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An unmodified Apache RocketMQ: name server and broker, each a process of its own. */
final class RocketmqNode {
    private static final int NAME_SERVER_HEAP_MB = 256;
    /** Packages of the JDK that its store and its scripts open. */
    private static final List<String> OPENED = List.of(
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED");

    private RocketmqNode() {}

    static Target start(TargetSettings settings) throws IOException {
        Path lib = settings.root().resolve("peers/rocketmq-broker/target/lib");
        if (!Files.isDirectory(lib)) {
            throw new SluiceException(
                    "no RocketMQ in %s; build it with: mvn -P peer,perf -DskipTests package".formatted(lib));
        }
        int nameServer = Target.freePort();
        int broker = Target.freePort();
        Path home = settings.directory();
        Path nameServerConf = Files.writeString(
                home.resolve("namesrv.conf"), "listenPort=%d\nbindAddress=127.0.0.1\n".formatted(nameServer));
        Path brokerConf = Files.writeString(home.resolve("broker.conf"), """
                brokerClusterName=DefaultCluster
                brokerName=broker-a
                brokerId=0
                brokerIP1=127.0.0.1
                listenPort=%d
                haListenPort=%d
                namesrvAddr=127.0.0.1:%d
                storePathRootDir=%s
                defaultTopicQueueNums=%d
                flushDiskType=%s
                flushIntervalCommitLog=%d
                """.formatted(
                        broker,
                        Target.freePort(),
                        nameServer,
                        home.resolve("store"),
                        TargetSettings.QUEUES,
                        settings.syncFlush() ? "SYNC_FLUSH" : "ASYNC_FLUSH",
                        TargetSettings.FLUSH_MS));
        return new Target(
                        TargetKind.ROCKETMQ,
                        home,
                        Map.of("address", "127.0.0.1:" + nameServer, "broker", "127.0.0.1:" + broker))
                .with(
                        "rocketmq-namesrv",
                        java(
                                settings,
                                lib,
                                "org.apache.rocketmq.namesrv.NamesrvStartup",
                                nameServerConf,
                                NAME_SERVER_HEAP_MB))
                // A broker that finds no name server when it starts tries again only after half a minute.
                .awaiting("address")
                .with(
                        "rocketmq-broker",
                        java(settings, lib, "org.apache.rocketmq.broker.BrokerStartup", brokerConf, settings.heapMb()));
    }

    private static ProcessBuilder java(TargetSettings settings, Path lib, String main, Path conf, int heapMb) {
        List<String> line = new ArrayList<>(List.of(
                settings.java().toString(), "-Xms%dm".formatted(heapMb), "-Xmx%dm".formatted(heapMb), "-XX:+UseG1GC"));
        line.addAll(OPENED);
        line.addAll(List.of(
                "-Duser.home=" + settings.directory(),
                "-Drocketmq.home.dir=" + settings.directory(),
                "-cp",
                lib + "/*",
                main,
                "-c",
                conf.toString()));
        return new ProcessBuilder(line);
    }
}

package io.sluice.gateway.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An unmodified Apache RocketMQ name server and broker in processes of their own, on free ports; profile {@code peer}. */
public final class GenuineRocketmq implements AutoCloseable {
    /** What {@code peers/} has of the servers. */
    public enum Release {
        /** 4.9.7: of that line the newest whose servers are published. */
        V4("rocketmq-broker-4"),
        /** 5.5.0. */
        V5("rocketmq-broker");

        private final String peer;

        Release(String peer) {
            this.peer = peer;
        }
    }

    private static final Duration START_DEADLINE = Duration.ofSeconds(90);
    private static final List<String> OPENED = List.of(
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED");

    private final LineProcess nameServer;
    private final LineProcess broker;
    private final int nameServerPort;

    /** Of release 5.5.0. */
    public GenuineRocketmq(Path home, Path store, String... settings) {
        this(Release.V5, home, store, settings);
    }

    /**
     * @param home     for logs and configuration files
     * @param store    the store directory, existing or new
     * @param settings further lines of broker.conf
     */
    public GenuineRocketmq(Release release, Path home, Path store, String... settings) {
        try {
            Files.createDirectories(home);
            writeLogSettings(home);
            this.nameServerPort = freePort();
            Path nameServerConf = Files.writeString(
                    home.resolve("namesrv.conf"), "listenPort=%d\nbindAddress=127.0.0.1\n".formatted(nameServerPort));
            Path brokerConf = Files.writeString(home.resolve("broker.conf"), """
                    brokerClusterName=DefaultCluster
                    brokerName=broker-a
                    brokerId=0
                    brokerIP1=127.0.0.1
                    listenPort=%d
                    haListenPort=%d
                    namesrvAddr=127.0.0.1:%d
                    storePathRootDir=%s
                    %s
                    """.formatted(
                            freePort(), freePort(), nameServerPort, store, String.join("\n", settings)));
            this.nameServer = start(release, home, "org.apache.rocketmq.namesrv.NamesrvStartup", nameServerConf);
            nameServer.awaitLine(0, line -> line.contains("boot success"), START_DEADLINE);
            this.broker = start(release, home, "org.apache.rocketmq.broker.BrokerStartup", brokerConf);
            broker.awaitLine(0, line -> line.contains("boot success"), START_DEADLINE);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Servers of 4.x do not start without; what they would log is not wanted. */
    private static void writeLogSettings(Path home) throws IOException {
        Path conf = Files.createDirectories(home.resolve("conf"));
        for (String server : List.of("namesrv", "broker")) {
            Files.writeString(
                    conf.resolve("logback_" + server + ".xml"),
                    "<configuration><root level=\"OFF\"/></configuration>\n");
        }
    }

    private static LineProcess start(Release release, Path home, String main, Path conf) {
        Path lib = Path.of(System.getProperty("sluice.root"), "peers", release.peer, "target", "lib");
        List<String> line = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g"));
        line.addAll(OPENED);
        line.addAll(List.of(
                "-Duser.home=" + home, "-Drocketmq.home.dir=" + home, "-cp", lib + "/*", main, "-c", conf.toString()));
        return new LineProcess(
                "genuine " + release + " " + main.substring(main.lastIndexOf('.') + 1), new ProcessBuilder(line));
    }

    /** Free at this moment; the genuine programs cannot be told to choose one themselves. */
    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    public String nameServer() {
        return "127.0.0.1:" + nameServerPort;
    }

    /** Resident memory of the broker at this moment, bytes; Linux tells. */
    public long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(broker.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    /** Stops the broker as an operator would, so that it leaves a clean store. */
    public void stop() {
        broker.terminate();
        broker.awaitExit(START_DEADLINE);
        nameServer.terminate();
        nameServer.awaitExit(START_DEADLINE);
    }

    /** SIGKILL: the store is left as after a crash. */
    public void kill() {
        broker.kill();
        nameServer.kill();
    }

    @Override
    public void close() {
        broker.close();
        nameServer.close();
    }
}

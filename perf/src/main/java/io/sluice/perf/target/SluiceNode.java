package io.sluice.perf.target;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code sluice up} from the distribution: name server, broker and every door in one process. */
final class SluiceNode {
    private SluiceNode() {}

    static Target start(TargetSettings settings) throws IOException {
        int nameServer = Target.freePort();
        int broker = Target.freePort();
        int mqtt = Target.freePort();
        int http = Target.freePort();
        List<String> command = new ArrayList<>(List.of(
                settings.home().resolve("bin/sluice").toString(),
                "up",
                "--data",
                settings.directory().resolve("data").toString()));
        for (String definition : List.of(
                "namesrvPort=" + nameServer,
                "listenPort=" + broker,
                "mqttPort=" + mqtt,
                "httpPort=" + http,
                "flushDiskType=" + (settings.syncFlush() ? "SYNC_FLUSH" : "ASYNC_FLUSH"),
                "flushIntervalCommitLog=" + TargetSettings.FLUSH_MS)) {
            command.addAll(List.of("-D", definition));
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        Path javaHome = settings.java().getParent().getParent();
        builder.environment().put("JAVA_HOME", javaHome.toString());
        if (settings.heapMb() != TargetSettings.HEAP_OF_LAUNCHER) {
            // The last of two equal options wins.
            builder.environment().put("SLUICE_JAVA_OPTS", "-Xms%1$dm -Xmx%1$dm".formatted(settings.heapMb()));
        }
        return new Target(
                        TargetKind.SLUICE,
                        settings.directory(),
                        Map.of(
                                "address", "127.0.0.1:" + nameServer,
                                "broker", "127.0.0.1:" + broker,
                                "mqtt", "127.0.0.1:" + mqtt,
                                "http", "127.0.0.1:" + http))
                .with("sluice", builder);
    }
}

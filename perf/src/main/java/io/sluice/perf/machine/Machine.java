package io.sluice.perf.machine;

import io.sluice.model.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What a report says about where it was made. */
public final class Machine {
    private Machine() {}

    public static String describe() {
        return "processor  %s, %d cores%nmemory     %s%nsystem     %s %s%njava       %s, %s%nload       %s"
                .formatted(
                        entry("/proc/cpuinfo", "model name").orElse("unknown"),
                        Runtime.getRuntime().availableProcessors(),
                        entry("/proc/meminfo", "MemTotal").orElse("unknown"),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        System.getProperty("java.version"),
                        System.getProperty("java.vm.name"),
                        first("/proc/loadavg").orElse("unknown"));
    }

    /**
     * All the memory of the machine.
     *
     * @throws SluiceException where the system does not tell
     */
    static long memoryBytes() {
        return entry("/proc/meminfo", "MemTotal")
                .map(kilobytes -> Long.parseLong(kilobytes.replace(" kB", "")) * 1024)
                .orElseThrow(() ->
                        new SluiceException("/proc/meminfo does not tell MemTotal; memory is filled on Linux only"));
    }

    private static Optional<String> entry(String file, String name) {
        return read(file).flatMap(text -> text.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst());
    }

    private static Optional<String> first(String file) {
        return read(file).flatMap(text -> text.lines().findFirst());
    }

    /** Absent where the system has no such file. */
    private static Optional<String> read(String file) {
        try {
            return Optional.of(Files.readString(Path.of(file)));
        } catch (IOException notLinux) {
            return Optional.empty();
        }
    }
}

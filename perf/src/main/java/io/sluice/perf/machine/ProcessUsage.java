package io.sluice.perf.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What one process has used up to now.
 *
 * @param cpuNanos      user and system time since its start
 * @param residentBytes memory of its own that is in RAM, file mappings included
 */
public record ProcessUsage(long cpuNanos, long residentBytes) {
    /** Clock ticks of /proc per second; 100 on every Linux that Java runs on. */
    private static final long TICKS_PER_SECOND = 100;

    private static final int USER_TIME_FIELD = 11;
    private static final int SYSTEM_TIME_FIELD = 12;

    public static ProcessUsage of(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // The command name may hold blanks; the numbered fields start behind its closing parenthesis.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            long ticks = Long.parseLong(fields[USER_TIME_FIELD]) + Long.parseLong(fields[SYSTEM_TIME_FIELD]);
            return new ProcessUsage(ticks * 1_000_000_000L / TICKS_PER_SECOND, residentBytes(pid));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static long residentBytes(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return 0;
    }

    public ProcessUsage since(ProcessUsage earlier) {
        return new ProcessUsage(cpuNanos - earlier.cpuNanos, residentBytes);
    }
}

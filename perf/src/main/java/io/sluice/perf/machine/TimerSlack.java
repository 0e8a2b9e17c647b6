package io.sluice.perf.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How late Linux may wake a thread that sleeps until a moment: 50 microseconds unless told otherwise. A load at a fixed
 * rate would see them in every latency.
 */
public final class TimerSlack {
    private static final Path OWN_THREAD = Path.of("/proc/thread-self");
    private static final String NANOS = "1000";

    private TimerSlack() {}

    /** Asks for a microsecond for the calling thread; where the system has no such setting, nothing changes. */
    public static boolean shorten() {
        try {
            Path thread = Files.readSymbolicLink(OWN_THREAD).getFileName();
            Files.writeString(Path.of("/proc").resolve(thread).resolve("timerslack_ns"), NANOS);
            return true;
        } catch (IOException notThere) {
            return false;
        }
    }
}

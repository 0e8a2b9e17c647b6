package io.sluice.perf.worker;

import io.sluice.perf.measure.LoadWatch;
import io.sluice.perf.measure.Result;
import io.sluice.perf.measure.ResultLine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs one load, told by {@code name=value} arguments, and prints what came of it. */
public final class WorkerMain {
    static final String WARMING_UP = "WARMING_UP ";
    static final String MEASURING = "MEASURING";
    static final String MEASURED = "MEASURED";
    static final String SECOND = "SECOND ";
    static final String FAILED = "FAILED ";
    static final String RESULT = "RESULT ";
    static final String STOPPED = "STOPPED ";

    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private WorkerMain() {}

    public static void main(String[] arguments) throws IOException {
        int exit = 0;
        try {
            Result result = LoadJob.run(LoadRequest.of(List.of(arguments)), new Told());
            OUT.println(RESULT + ResultLine.write(result));
            awaitEndOfInput();
        } catch (Exception failed) {
            failed.printStackTrace();
            OUT.println(STOPPED + (failed.getMessage() == null ? failed : failed.getMessage()));
            exit = 1;
        }
        // Clients of the peers leave threads behind.
        System.exit(exit);
    }

    /** The parent still samples what this process has used, which is gone with it. */
    private static void awaitEndOfInput() throws IOException {
        while (System.in.read() >= 0) {
            continue;
        }
    }

    /** Passes on what the parent process needs to sample processor time at the right moments. */
    private static final class Told implements LoadWatch {
        @Override
        public void warmingUp(int number, long messages) {
            OUT.println(WARMING_UP + number + " " + messages);
        }

        @Override
        public void measuring() {
            OUT.println(MEASURING);
        }

        @Override
        public void second(int number, long messages) {
            OUT.println(SECOND + number + " " + messages);
        }

        @Override
        public void failed(Throwable failure) {
            OUT.println(FAILED + failure);
        }

        @Override
        public void measured() {
            OUT.println(MEASURED);
        }
    }
}

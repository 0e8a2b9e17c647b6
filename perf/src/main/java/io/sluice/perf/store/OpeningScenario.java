package io.sluice.perf.store;

import io.sluice.perf.machine.ProcessUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** {@link StoreScenario#RECOVERY}, {@link StoreScenario#REBUILD} and {@link StoreScenario#QUEUES}. */
final class OpeningScenario {
    private static final int BODY_BYTES = 1024;
    private static final int MESSAGES_PER_QUEUE = 3;
    private static final int SMALL_BODY_BYTES = 128;

    private final StorePlan plan;
    private final Consumer<Figure> told;

    OpeningScenario(StorePlan plan, Consumer<Figure> told) {
        this.plan = plan;
        this.told = told;
    }

    private FilledStore store(ScratchStore scratch, int topics, long messages, int bytes) throws InterruptedException {
        return new FilledStore(plan.java(), scratch.directory(), topics, messages, bytes);
    }

    /** Opens what is there, without adding anything, and stops it properly. */
    private double reopen(ScratchStore scratch) throws InterruptedException {
        try (FilledStore opened = store(scratch, 1, 0, BODY_BYTES)) {
            opened.stop();
            return opened.openSeconds();
        }
    }

    private long fillAndKill(ScratchStore scratch, int bytes) throws InterruptedException {
        long messages = plan.logBytes() / (bytes + 128);
        try (FilledStore filled = store(scratch, 1, messages, bytes)) {
            filled.kill();
        }
        return messages;
    }

    void recovery() throws IOException, InterruptedException {
        String log = "%.1f GB log".formatted(plan.logBytes() / 1e9);
        try (ScratchStore scratch = new ScratchStore(plan.directory())) {
            fillAndKill(scratch, BODY_BYTES);
            tell("recovery", log + ", opening after kill -9", reopen(scratch), "s");
            tell("recovery", log + ", opening after a proper stop", reopen(scratch), "s");
        }
        try (ScratchStore scratch = new ScratchStore(plan.directory())) {
            fillAndKill(scratch, BODY_BYTES);
            // what a power cut takes away, and with it the part of the log that need not be read again
            scratch.delete("progress.written");
            scratch.delete("progress.forced");
            tell("recovery", log + ", opening after a kill with all of it to be read", reopen(scratch), "s");
        }
    }

    void rebuild() throws IOException, InterruptedException {
        for (int bytes : AppendScenario.BODY_BYTES) {
            try (ScratchStore scratch = new ScratchStore(plan.directory())) {
                long messages = fillAndKill(scratch, bytes);
                for (String derived : new String[] {"consumequeue", "index", "progress.written", "progress.forced"}) {
                    scratch.delete(derived);
                }
                double seconds = reopen(scratch);
                String name = "queues and index from %,d messages of %d B".formatted(messages, bytes);
                tell("rebuild", name, seconds, "s");
                tell("rebuild", name + ", rate", messages / seconds, "1/s");
            }
        }
    }

    void queues() throws IOException, InterruptedException {
        long queues = (long) plan.topics() * Producers.QUEUES;
        String name = "%,d queues: ".formatted(queues);
        try (ScratchStore scratch = new ScratchStore(plan.directory())) {
            try (FilledStore filled = store(scratch, plan.topics(), queues * MESSAGES_PER_QUEUE, SMALL_BODY_BYTES)) {
                tell(
                        "queues",
                        name + "filling, %d messages each".formatted(MESSAGES_PER_QUEUE),
                        filled.fillSeconds(),
                        "s");
                tellProcess(name + "filled, ", filled, scratch.directory());
                tell("queues", name + "proper stop", filled.stop(), "s");
            }
            try (FilledStore opened = store(scratch, plan.topics(), queues, SMALL_BODY_BYTES)) {
                tell("queues", name + "opening after a proper stop", opened.openSeconds(), "s");
                tellProcess(name + "one more message each, ", opened, scratch.directory());
                opened.kill();
            }
            try (FilledStore opened = store(scratch, 1, 0, SMALL_BODY_BYTES)) {
                tell("queues", name + "opening after kill -9", opened.openSeconds(), "s");
                tellProcess(name + "opened, ", opened, scratch.directory());
                tell("queues", name + "proper stop after that", opened.stop(), "s");
            }
        }
    }

    private void tellProcess(String name, FilledStore process, Path directory) throws IOException {
        tell("queues", name + "resident", ProcessUsage.of(process.pid()).residentBytes() / 1e6, "MB");
        tell("queues", name + "mapped files", process.mappings(directory), "");
    }

    private void tell(String scenario, String name, double value, String unit) {
        told.accept(new Figure(scenario, name, value, unit));
    }
}

package io.sluice.perf.cli;

import io.sluice.perf.machine.Machine;
import io.sluice.perf.store.Figure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where the figures of a measurement in process are told: on standard output, and as lines of JSON at the end of a file. */
record Figures(Path file) {

    /** Says what machine it is. */
    static Figures begin(Surroundings surroundings, String name) throws IOException {
        System.out.println(Machine.describe());
        return new Figures(
                Files.createDirectories(surroundings.resultDirectory()).resolve(name + ".jsonl"));
    }

    /** @throws UncheckedIOException when the file cannot be written */
    void tell(Figure figure) {
        System.out.println(figure.line());
        try {
            Files.writeString(file, figure.json() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Says where they are. */
    void end() {
        System.out.println(file);
    }
}

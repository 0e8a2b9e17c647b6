package io.sluice.mqtt.broken;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Breaks on purpose: a bridge that reaches around the port, uses its neighbour, and opens a file. */
public final class BridgeThatReachesAround {
    io.sluice.store.MessageStore store;
    io.sluice.http.broken.Neighbour neighbour;

    byte[] read(Path file) throws IOException {
        return Files.readAllBytes(file);
    }
}

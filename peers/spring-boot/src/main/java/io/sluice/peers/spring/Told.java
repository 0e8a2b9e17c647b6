package io.sluice.peers.spring;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Lines on standard output, whole whoever writes them. */
final class Told {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private Told() {}

    static synchronized void line(String text) {
        OUT.println(text);
    }
}

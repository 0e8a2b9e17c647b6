package io.sluice.client.send;

import java.util.function.Consumer;

/** Where sends wait until it is known whether they may go. They count as under way meanwhile, and their timeout runs. */
@FunctionalInterface
public interface Gate {
    /** Lets everything pass at once. */
    Gate OPEN = (send, refused) -> send.run();

    /** Runs exactly one of the two, once, on any thread. */
    void pass(Runnable send, Consumer<RuntimeException> refused);
}

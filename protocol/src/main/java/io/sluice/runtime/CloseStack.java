package io.sluice.runtime;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What has been opened so far, closed in reverse. Used while something is being put together: when a later step fails,
 * closing the stack undoes the earlier ones; {@link #release} hands everything over to the finished thing.
 * Confined to one thread at a time.
 */
public final class CloseStack implements AutoCloseable {
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    public <T extends AutoCloseable> T push(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Hands the contents over: this stack forgets them, the returned one closes them. */
    public CloseStack release() {
        CloseStack handedOver = new CloseStack();
        handedOver.opened.addAll(opened);
        opened.clear();
        return handedOver;
    }

    /** Closes everything in reverse order even when some fail; the first failure is thrown with the others attached. */
    @Override
    public void close() {
        RuntimeException first = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception failed) {
                if (first == null) {
                    first = failed instanceof RuntimeException unchecked
                            ? unchecked
                            : new IllegalStateException(failed);
                } else {
                    first.addSuppressed(failed);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}

package io.sluice.client.send;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * How many frames of one sender are under way to one broker. Lanes beyond the bound wait in line, and what is sent to their
 * queues meanwhile shares a frame when their turn comes. Confined to the owner of the lanes.
 */
final class BrokerWindow {
    private final int framesMax;
    private final Queue<Lane> waiting = new ArrayDeque<>();
    private int frames;

    BrokerWindow(int framesMax) {
        this.framesMax = framesMax;
    }

    /** The lane wants to send; it is in line once at most. */
    void enter(Lane lane) {
        waiting.add(lane);
        letIn();
    }

    /** A frame has been answered, or never will be. */
    void leave() {
        frames--;
        letIn();
    }

    private void letIn() {
        while (frames < framesMax && !waiting.isEmpty()) {
            if (waiting.remove().send()) {
                frames++;
            }
        }
    }
}

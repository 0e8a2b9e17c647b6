package io.sluice.mqtt.deliver;

import io.sluice.mqtt.deliver.FanOut.Addressed;
import io.sluice.mqtt.deliver.Inbox.Offer;
import io.sluice.port.Records;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * One batch of records on its way into inboxes: record after record, and the next one only when every inbox that gets the
 * present one has taken it. One thread at a time; after a wait it goes on with the thread that made room.
 */
final class DeliveryRun {
    private final Records records;
    private final Function<ByteBuffer, List<Addressed>> match;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private int next;
    /** What was offered in vain. */
    private List<Addressed> pending = List.of();

    DeliveryRun(Records records, Function<ByteBuffer, List<Addressed>> match) {
        this.records = records;
        this.match = match;
    }

    /** Completes when everything is handed over and the records are closed; fails when matching does. */
    CompletionStage<Void> start() {
        run();
        return done;
    }

    private void run() {
        try {
            while (true) {
                pending = offer(pending);
                if (!pending.isEmpty()) {
                    CompletableFuture<Void> room = CompletableFuture.allOf(pending.stream()
                            .map(addressed -> addressed.inbox().room())
                            .toArray(CompletableFuture<?>[]::new));
                    if (!room.isDone()) {
                        room.whenComplete((made, never) -> run());
                        return;
                    }
                } else if (next < records.slices().size()) {
                    pending = match.apply(records.slices().get(next++));
                } else {
                    break;
                }
            }
        } catch (RuntimeException failed) {
            records.close();
            done.completeExceptionally(failed);
            return;
        }
        records.close();
        done.complete(null);
    }

    private static List<Addressed> offer(List<Addressed> addressed) {
        List<Addressed> inVain = List.of();
        for (Addressed one : addressed) {
            if (one.inbox().offer(one.item()) == Offer.FULL) {
                if (inVain.isEmpty()) {
                    inVain = new ArrayList<>();
                }
                inVain.add(one);
            }
        }
        return inVain;
    }
}

package io.sluice.broker.timer;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.LossyDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** The index against a plain sorted set. */
class TimerIndexTest {
    private static final Path DIRECTORY = Path.of("/store/timerindex");
    private static final int BUFFER = 8;

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void tellsTheSameAsASortedSetWhateverIsAddedTakenMergedAndReopened(@ForAll long seed) {
        Random random = new Random(seed);
        LossyDisk disk = new LossyDisk(seed);
        TimerIndex index = new TimerIndex(disk, DIRECTORY, BUFFER);
        TreeSet<TimerEntry> model = new TreeSet<>(TimerEntry.ORDER);
        Optional<TimerIndex.MergeOrder> order = Optional.empty();
        long logOffset = 0;
        for (int step = 0; step < 1500; step++) {
            int kind = random.nextInt(100);
            if (kind < 60) {
                TimerEntry entry = new TimerEntry(random.nextInt(500), logOffset += 100, 50, random.nextInt(3));
                index.add(entry);
                model.add(entry);
            } else if (kind < 70 && !model.isEmpty()) {
                TimerEntry gone = anyOf(model, random);
                assertThat(index.find(TimerEntry.gone(gone.wakeAtMs(), gone.logOffset())))
                        .contains(gone);
                index.add(TimerEntry.gone(gone.wakeAtMs(), gone.logOffset()));
                model.remove(gone);
                assertThat(index.find(gone)).isEmpty();
            } else if (kind < 90) {
                TimerEntry first = index.peek();
                assertThat(first).isEqualTo(model.isEmpty() ? null : model.first());
                if (first != null) {
                    index.pop();
                    model.pollFirst();
                }
            } else if (kind < 94 && order.isEmpty()) {
                order = index.mergeOrder();
            } else if (kind < 97 && order.isPresent()) {
                List<Long> inputs = order.get().inputs().stream()
                        .map(input -> input.run().id())
                        .toList();
                index.replace(inputs, index.merge(order.get()));
                order = Optional.empty();
            } else if (order.isEmpty()) {
                index.spill();
                List<TimerIndex.Place> places = index.places();
                long lastId = index.lastId();
                index.close();
                index = TimerIndex.open(disk, DIRECTORY, BUFFER, places, lastId);
            }
            long least = model.stream().mapToLong(TimerEntry::logOffset).min().orElse(Long.MAX_VALUE);
            assertThat(index.minLogOffset()).isLessThanOrEqualTo(least);
        }
        assertThat(rest(index)).containsExactlyElementsOf(model);
    }

    private static TimerEntry anyOf(TreeSet<TimerEntry> model, Random random) {
        return List.copyOf(model).get(random.nextInt(model.size()));
    }

    private static List<TimerEntry> rest(TimerIndex index) {
        List<TimerEntry> rest = new ArrayList<>();
        for (TimerEntry next = index.peek(); next != null; next = index.peek()) {
            rest.add(next);
            index.pop();
        }
        return rest;
    }

    @Test
    void aViewTellsWhatWaitedAndIsNotDisturbedByWhatFollows() {
        TimerIndex index = new TimerIndex(new LossyDisk(1), DIRECTORY, 2);
        List<TimerEntry> added = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            added.add(new TimerEntry(i, i * 100L, 10, 0));
            index.add(added.get(i));
        }
        try (IndexView view = index.view()) {
            rest(index);
            index.takeRetired().forEach(run -> {
                run.delete();
                run.release();
            });
            assertThat(view.entries()).containsExactlyElementsOf(added);
        }
    }

    @Test
    void memoryHoldsTheBufferAndTheHeadsOfRunsOnly() {
        TimerIndex index = new TimerIndex(new LossyDisk(1), DIRECTORY, 1000);
        for (int i = 0; i < 20_500; i++) {
            index.add(new TimerEntry(i, i, 10, 0));
        }
        assertThat(index.bufferedCount()).isEqualTo(500);
        assertThat(index.runCount()).isEqualTo(20);
    }
}

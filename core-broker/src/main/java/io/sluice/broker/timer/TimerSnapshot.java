package io.sluice.broker.timer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The index at one moment. As text: a line with the version, the next offset of the timer topic and of the facts; a line per
 * run with its number and the first entry that waits; a line per topic with the number of messages that wait; and a last line
 * with the number of lines before it.
 *
 * @param queueNext entries of the timer topic below are in the runs, or were dealt with
 * @param factNext  facts below are in force in the runs
 * @param counts    messages that wait, by topic
 */
record TimerSnapshot(long queueNext, long factNext, List<TimerIndex.Place> runs, Map<String, Long> counts) {
    static final TimerSnapshot EMPTY = new TimerSnapshot(0, 0, List.of(), Map.of());

    private static final String TITLE = "sluice-timers";
    private static final String VERSION = "1";
    private static final String RUN = "run";
    private static final String TOPIC = "topic";
    private static final String END = "end";

    String text() {
        StringBuilder text = new StringBuilder();
        line(text, TITLE, VERSION, queueNext, factNext);
        runs.forEach(run -> line(text, RUN, run.id(), run.position()));
        new TreeMap<>(counts).forEach((topic, count) -> line(text, TOPIC, topic, count));
        line(text, END, 1 + runs.size() + counts.size());
        return text.toString();
    }

    private static void line(StringBuilder text, Object... fields) {
        for (int i = 0; i < fields.length; i++) {
            text.append(i == 0 ? "" : " ").append(fields[i]);
        }
        text.append('\n');
    }

    /** @throws IllegalArgumentException when the text is no whole snapshot; names the line */
    static TimerSnapshot parse(String text) {
        String[] lines = text.split("\n", -1);
        int last = lines.length - 2;
        if (last < 1 || !lines[last].equals(END + " " + last)) {
            throw new IllegalArgumentException(
                    "line %d: expected '%s' and the number of lines".formatted(last + 1, END));
        }
        long[] next = new long[2];
        List<TimerIndex.Place> runs = new ArrayList<>();
        Map<String, Long> counts = new TreeMap<>();
        for (int i = 0; i < last; i++) {
            String[] fields = lines[i].split(" ");
            try {
                if (i == 0) {
                    require(fields.length == 4 && fields[0].equals(TITLE) && fields[1].equals(VERSION));
                    next[0] = Long.parseLong(fields[2]);
                    next[1] = Long.parseLong(fields[3]);
                } else {
                    require(fields.length == 3 && (fields[0].equals(RUN) || fields[0].equals(TOPIC)));
                    if (fields[0].equals(RUN)) {
                        runs.add(new TimerIndex.Place(Long.parseLong(fields[1]), Long.parseLong(fields[2])));
                    } else {
                        counts.put(fields[1], Long.parseLong(fields[2]));
                    }
                }
            } catch (IllegalArgumentException damaged) {
                throw new IllegalArgumentException(
                        "line %d: '%s' is not understood".formatted(i + 1, lines[i]), damaged);
            }
        }
        return new TimerSnapshot(next[0], next[1], runs, counts);
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("wrong fields");
        }
    }
}

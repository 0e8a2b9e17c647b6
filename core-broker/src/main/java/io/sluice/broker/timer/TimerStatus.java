package io.sluice.broker.timer;

import java.util.Map;

/**
 * The timer in figures.
 *
 * @param waiting   messages that wait, by topic
 * @param behind    entries of the timer topic that the index does not know yet
 * @param delivered messages delivered since the broker was opened
 * @param recalled  messages called back since then
 * @param rewritten messages written to the log again since then
 * @param dropped   messages given up since then, see the log for each
 * @param buffered  entries of the index in memory
 * @param runs      files of the index
 */
public record TimerStatus(
        Map<String, Long> waiting,
        long behind,
        long delivered,
        long recalled,
        long rewritten,
        long dropped,
        int buffered,
        int runs) {
    public TimerStatus {
        waiting = Map.copyOf(waiting);
    }
}

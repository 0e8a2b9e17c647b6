package io.sluice.wire.body;

import java.util.List;

/**
 * Messages of one topic that wait on one broker, the next to be delivered first; Sluice's own, see {@code TimerCommands}.
 *
 * @param total how many wait
 */
public record WaitingMessagesBody(long total, List<Waiting> next) implements Body {

    /** @param dueAt epoch ms */
    public record Waiting(long dueAt, String uniqueKey, String recallHandle, int bodyBytes) {}
}

package io.sluice.port;

import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/** How far each group has read each queue, for readers that own their position. */
public interface ConsumerOffsets {

    CompletionStage<OptionalLong> committed(GroupName group, MessageQueue queue);

    /** Never moves backwards; use {@link #reset} for that. */
    CompletionStage<Void> commit(GroupName group, MessageQueue queue, long nextOffset);

    CompletionStage<Void> reset(GroupName group, MessageQueue queue, long nextOffset);
}

package io.sluice.wire.body;

import io.sluice.wire.json.Named;
import java.util.Set;

/** Queues that are locked for the asker now. */
public record LockAnswer(@Named("lockOKMQSet") Set<QueueRef> locked) implements Body {}

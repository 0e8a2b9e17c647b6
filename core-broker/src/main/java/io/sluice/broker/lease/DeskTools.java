package io.sluice.broker.lease;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;

/** What all desks of a broker share. */
record DeskTools(
        LeaseRules rules,
        LeaseLog log,
        CursorJournal journal,
        LeaseKeeper keeper,
        Receipts receipts,
        LeaseIds ids,
        LeaseTopics topics,
        DeadLetters deadLetters,
        GroupProgress progress,
        GroupPolicy policy,
        InstantSource clock,
        AtomicInteger waiters,
        AtomicInteger cursors) {}

package io.sluice.wire.body;

import io.sluice.wire.json.Absent;

/**
 * What a client did with a message it was handed.
 *
 * @param consumeResult   name of a constant of the protocol, {@code CR_SUCCESS}, {@code CR_LATER}...
 * @param spentTimeMills  ms
 */
public record ConsumeDirectlyResult(
        boolean order,
        boolean autoCommit,
        String consumeResult,
        @Absent String remark,
        long spentTimeMills) implements Body {}

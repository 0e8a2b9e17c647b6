package io.sluice.broker;

import io.sluice.broker.lease.RedeliveryDelay;
import io.sluice.wire.json.JsonException;
import io.sluice.wire.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the redelivery delays of a group from its settings, as RocketMQ's tools write them ({@code groupRetryPolicy}). */
final class GroupRetries {
    /** Like RocketMQ's clients, the first failure takes the third rung: the first two are those of its delay levels. */
    private static final int RUNGS_SKIPPED = 2;

    private static final long INITIAL_MS = 5_000;
    private static final long MAX_MS = 7_200_000;
    private static final long MULTIPLIER = 2;

    private GroupRetries() {}

    /** {@link RedeliveryDelay#NONE} when the group has none, or none that can be read. */
    static RedeliveryDelay read(Optional<JsonObject> policy) {
        try {
            return policy.map(GroupRetries::read).orElse(RedeliveryDelay.NONE);
        } catch (JsonException | IllegalArgumentException unreadable) {
            return RedeliveryDelay.NONE;
        }
    }

    private static RedeliveryDelay read(JsonObject policy) {
        if (policy.text("type").equals("EXPONENTIAL")) {
            JsonObject said = policy.object("exponentialRetryPolicy");
            return new RedeliveryDelay.Exponential(
                    said.number("initial", INITIAL_MS),
                    said.number("max", MAX_MS),
                    said.number("multiplier", MULTIPLIER));
        }
        List<String> texts =
                policy.object("customizedRetryPolicy").array("next").texts();
        List<Long> rungs = new ArrayList<>();
        for (int i = Math.min(RUNGS_SKIPPED, Math.max(0, texts.size() - 1)); i < texts.size(); i++) {
            rungs.add(Long.parseLong(texts.get(i)));
        }
        return rungs.isEmpty() ? RedeliveryDelay.NONE : new RedeliveryDelay.Ladder(rungs);
    }
}

package io.sluice.perf.lease;

/**
 * @param address      name server of the node
 * @param messages     in each backlog
 * @param bytes        of a body
 * @param warmUpRounds drains in each way that are not counted
 * @param rounds       that are counted
 */
public record LeasePlan(String address, int messages, int bytes, int warmUpRounds, int rounds) {
    public LeasePlan {
        if (messages < 1000 || warmUpRounds < 0 || rounds < 1) {
            throw new IllegalArgumentException(
                    "messages %d must be at least 1000, warm-up rounds %d not negative, rounds %d at least 1"
                            .formatted(messages, warmUpRounds, rounds));
        }
    }
}

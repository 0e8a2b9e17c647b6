package io.sluice.tail;

import java.time.Duration;

/**
 * How a port follows its topics.
 *
 * @param longPoll      how long one fetch waits at the end of a queue
 * @param refresh       how often a followed topic is described again, so that added queues are found
 * @param absentRefresh the same for a topic that does not exist yet
 * @param batchMax      messages per fetch
 * @param batchMaxBytes bytes per fetch; one larger message still comes alone
 */
public record TailPace(Duration longPoll, Duration refresh, Duration absentRefresh, int batchMax, int batchMaxBytes) {
    /** For a broker in the same process, where describing a topic costs a look into a table. */
    public static final TailPace IN_PROCESS =
            new TailPace(Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofMillis(50), 64, 1 << 20);

    /** For a broker across the network, where describing a topic is a question to a name server. */
    public static final TailPace REMOTE =
            new TailPace(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(1), 32, 1 << 18);
}

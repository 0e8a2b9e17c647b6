package io.sluice.perf.load;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What a load client must know.
 *
 * @param address  where the cluster is found: name server for the native protocol, bootstrap server, or a door
 * @param broker   {@code host:port} of the broker itself, for raw loads
 * @param topic    name of the one topic; of several, their common beginning
 * @param topics   how many
 * @param queues   of a topic that the load creates
 * @param batch    messages per request in style {@link SendStyle#BATCH}
 * @param lingerMs how long a client that batches by itself may wait for more
 */
public record LoadSettings(
        String address,
        String broker,
        String topic,
        int topics,
        int queues,
        SendStyle style,
        Reading reading,
        int batch,
        int bodyBytes,
        int lingerMs) {
    /** A number that tells messages apart fits into it. */
    public static final int BODY_MIN_BYTES = 8;

    public LoadSettings {
        atLeast("--topics", topics, 1);
        atLeast("--queues", queues, 1);
        atLeast("--batch", batch, 1);
        atLeast("--bytes", bodyBytes, BODY_MIN_BYTES);
        atLeast("--linger", lingerMs, 0);
        address("--address", address);
        address("--broker", broker);
    }

    private static void atLeast(String option, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException("%s %d must be at least %d".formatted(option, value, least));
        }
    }

    private static void address(String option, String value) {
        if (!value.matches("[^:\\s]+:\\d{1,5}([;,][^:\\s]+:\\d{1,5})*")) {
            throw new IllegalArgumentException("%s '%s' is not HOST:PORT".formatted(option, value));
        }
    }

    /** Name of the topic with this number, from 0. */
    public String topicName(int number) {
        return topics == 1 ? topic : topic + "-" + number;
    }

    public List<String> topicNames() {
        return IntStream.range(0, topics).mapToObj(this::topicName).toList();
    }

    public String host() {
        return address.substring(0, address.lastIndexOf(':'));
    }

    public int port() {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }
}

package io.sluice.client.route;

import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the queues of a topic are, as a name server told it. A value: equal routes lead to the same queues.
 *
 * @param shares   one entry per broker name, sorted by it
 * @param brokers  addresses by broker name
 * @param writable queues to send to: of brokers with write permission and a primary; sorted
 * @param readable queues to read: of brokers with read permission; sorted
 */
public record TopicRoute(
        TopicName topic,
        List<Share> shares,
        Map<String, BrokerAddresses> brokers,
        List<MessageQueue> writable,
        List<MessageQueue> readable) {

    /**
     * What one broker holds of the topic.
     *
     * @param writeQueues queue ids 0..writeQueues-1 take sends
     * @param readQueues  queue ids 0..readQueues-1 are read
     */
    public record Share(String brokerName, int readQueues, int writeQueues, boolean canRead, boolean canWrite) {}

    /** The route that follows from shares and addresses. */
    public static TopicRoute of(TopicName topic, List<Share> shares, Map<String, BrokerAddresses> brokers) {
        List<Share> sorted = shares.stream()
                .sorted(java.util.Comparator.comparing(Share::brokerName))
                .toList();
        List<MessageQueue> writable = new ArrayList<>();
        List<MessageQueue> readable = new ArrayList<>();
        for (Share share : sorted) {
            BrokerAddresses addresses = brokers.get(share.brokerName());
            if (addresses == null || addresses.addresses().isEmpty()) {
                continue;
            }
            if (share.canWrite() && addresses.primary().isPresent()) {
                addQueues(writable, topic, share.brokerName(), share.writeQueues());
            }
            if (share.canRead()) {
                addQueues(readable, topic, share.brokerName(), share.readQueues());
            }
        }
        return new TopicRoute(topic, sorted, Map.copyOf(brokers), List.copyOf(writable), List.copyOf(readable));
    }

    private static void addQueues(List<MessageQueue> queues, TopicName topic, String brokerName, int count) {
        for (int queueId = 0; queueId < count; queueId++) {
            queues.add(new MessageQueue(topic, brokerName, queueId));
        }
    }

    /**
     * What a topic that does not exist yet will look like when the broker creates it from a template.
     *
     * @param queuesMax queues that the client asks for
     */
    public TopicRoute asTemplateFor(TopicName fresh, int queuesMax) {
        List<Share> copies = shares.stream()
                .map(share -> new Share(
                        share.brokerName(),
                        Math.min(queuesMax, share.readQueues()),
                        Math.min(queuesMax, share.readQueues()),
                        share.canRead(),
                        share.canWrite()))
                .toList();
        return of(fresh, copies, brokers);
    }

    public Optional<Share> share(String brokerName) {
        return shares.stream()
                .filter(share -> share.brokerName().equals(brokerName))
                .findFirst();
    }

    /** Address of the primary of that name. */
    public Optional<String> primary(String brokerName) {
        return Optional.ofNullable(brokers.get(brokerName)).flatMap(BrokerAddresses::primary);
    }

    /** Where to read queues of that broker, see {@link BrokerAddresses#forReading}. */
    public Optional<String> forReading(String brokerName, long suggestedId) {
        return Optional.ofNullable(brokers.get(brokerName)).flatMap(broker -> broker.forReading(suggestedId));
    }

    /** Every primary that serves the topic, in order of broker name. */
    public List<String> primaries() {
        return shares.stream()
                .map(share -> primary(share.brokerName()).orElse(null))
                .filter(Objects::nonNull)
                .toList();
    }
}

package io.sluice.client.route;

import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where the brokers of one name listen, by broker id: 0 is the primary, 1 and up are replicas.
 *
 * @param addresses {@code host:port} by id; unmodifiable
 */
public record BrokerAddresses(String brokerName, String cluster, NavigableMap<Long, String> addresses) {
    public static final long PRIMARY_ID = 0;

    public BrokerAddresses {
        addresses = java.util.Collections.unmodifiableNavigableMap(new TreeMap<>(addresses));
    }

    /** Where to write. */
    public Optional<String> primary() {
        return Optional.ofNullable(addresses.get(PRIMARY_ID));
    }

    /** Where to read: the id that the broker suggested, else the next replica, else any. */
    public Optional<String> forReading(long suggestedId) {
        String suggested = addresses.get(suggestedId);
        if (suggested == null && suggestedId != PRIMARY_ID) {
            suggested = addresses.get(suggestedId + 1);
        }
        if (suggested == null && !addresses.isEmpty()) {
            suggested = addresses.firstEntry().getValue();
        }
        return Optional.ofNullable(suggested);
    }

    /** Whether the address is that of the primary. */
    public boolean isPrimary(String address) {
        return address.equals(addresses.get(PRIMARY_ID));
    }
}

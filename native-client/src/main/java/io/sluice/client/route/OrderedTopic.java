package io.sluice.client.route;

import java.util.LinkedHashMap;
import java.util.Map;

/** The list of brokers that an ordered topic is spread over: {@code broker-a:4;broker-b:4}. */
final class OrderedTopic {
    private OrderedTopic() {}

    /** Queues by broker name; entries that are not of the form are left out. */
    static Map<String, Integer> parse(String text) {
        Map<String, Integer> queues = new LinkedHashMap<>();
        if (text == null || text.isBlank()) {
            return queues;
        }
        for (String part : text.split(";")) {
            int colon = part.lastIndexOf(':');
            if (colon > 0 && part.substring(colon + 1).matches("\\d{1,4}")) {
                queues.put(part.substring(0, colon).trim(), Integer.parseInt(part.substring(colon + 1)));
            }
        }
        return queues;
    }
}

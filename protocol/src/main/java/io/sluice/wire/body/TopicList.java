package io.sluice.wire.body;

import io.sluice.wire.json.Absent;
import java.util.Set;

/**
 * Names of topics.
 *
 * @param brokerAddr a broker they were read from; mostly absent
 */
public record TopicList(Set<String> topicList, @Absent String brokerAddr) implements Body {

    public TopicList(Set<String> topicList) {
        this(topicList, "");
    }
}

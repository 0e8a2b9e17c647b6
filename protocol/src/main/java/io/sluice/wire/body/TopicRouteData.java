package io.sluice.wire.body;

import io.sluice.wire.json.Absent;
import java.util.List;
import java.util.Map;

/**
 * Where a topic lives.
 *
 * @param orderTopicConf queues per broker for ordered topics, {@code broker-a:4;broker-b:4}
 */
public record TopicRouteData(
        List<QueueData> queueDatas,
        List<BrokerData> brokerDatas,
        Map<String, List<String>> filterServerTable,
        @Absent String orderTopicConf)
        implements Body {

    public TopicRouteData(List<QueueData> queueDatas, List<BrokerData> brokerDatas) {
        this(queueDatas, brokerDatas, Map.of(), "");
    }
}

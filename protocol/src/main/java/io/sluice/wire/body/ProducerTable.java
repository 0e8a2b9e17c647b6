package io.sluice.wire.body;

import java.util.List;
import java.util.Map;

/** All producers, by group. */
public record ProducerTable(Map<String, List<ProducerInfo>> data) implements Body {

    /** @param lastUpdateTimestamp of the last heartbeat, epoch ms */
    public record ProducerInfo(
            String clientId, String remoteIP, String language, int version, long lastUpdateTimestamp) {}
}

package io.sluice.gateway.e2e;

import io.sluice.gateway.node.GenuineRocketmq.Release;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The port over the wire, to a genuine Apache RocketMQ 5.5 name server and broker. */
@Tag("peer")
class RemotePortPeerTest extends GenuineRocketmqContract {
    @BeforeAll
    static void startCluster() {
        startCluster(Release.V5, "recallMessageEnable=true", "enablePropertyFilter=true");
    }

    @Override
    protected boolean has(Feature feature) {
        return feature == Feature.LEASES || feature == Feature.EXACT_TIMES;
    }
}

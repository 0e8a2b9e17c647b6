package io.sluice.wire.body;

import io.sluice.wire.json.KeyStyle;
import java.util.Map;

/** All addresses of one broker name. */
public record BrokerMemberGroupBody(BrokerMemberGroup brokerMemberGroup) implements Body {

    /** @param brokerAddrs {@code host:port} by broker id */
    public record BrokerMemberGroup(String cluster, String brokerName, Map<Long, String> brokerAddrs) {}

    /** Peers in other languages are known to expect the bare form of this one. */
    @Override
    public KeyStyle keyStyle() {
        return KeyStyle.BARE;
    }
}

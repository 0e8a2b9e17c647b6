package io.sluice.client.remote;

import io.sluice.client.link.LinkConfig;
import io.sluice.client.route.RouteConfig;
import io.sluice.client.send.SendConfig;
import java.util.Objects;

/**
 * Everything a remote port is configured with.
 *
 * @param link   how the cluster is reached
 * @param routes how routes are kept
 * @param sends  how sends behave
 */
public record RemotePortConfig(LinkConfig link, RouteConfig routes, SendConfig sends) {
    public RemotePortConfig {
        Objects.requireNonNull(link, "link");
        Objects.requireNonNull(routes, "routes");
        Objects.requireNonNull(sends, "sends");
    }
}

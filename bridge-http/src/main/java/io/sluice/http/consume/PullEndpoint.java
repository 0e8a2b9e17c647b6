package io.sluice.http.consume;

import io.sluice.http.channel.Answer;
import io.sluice.http.channel.Call;
import io.sluice.http.channel.Lane;
import io.sluice.http.channel.Query;
import io.sluice.http.channel.Route;
import io.sluice.http.observe.HttpMetrics;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Ordering;
import io.sluice.port.LeaseReader.Start;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** {@code POST /v1/topics/{topic}/groups/{group}/pull}: leases messages, waiting for them if there are none. */
public final class PullEndpoint {
    private static final int MAX_DEFAULT = 16;
    private static final Duration WAIT_DEFAULT = Duration.ofSeconds(20);
    static final Duration LEASE_DEFAULT = Duration.ofSeconds(30);
    static final Duration LEASE_MIN = Duration.ofSeconds(1);

    private final BrokerPort port;
    private final HttpMetrics metrics;
    private final ConsumeConfig config;
    private final InstantSource clock;

    public PullEndpoint(BrokerPort port, HttpMetrics metrics, ConsumeConfig config, InstantSource clock) {
        this.port = port;
        this.metrics = metrics;
        this.config = config;
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(Route.of("POST", "/v1/topics/{topic}/groups/{group}/pull", Lane.POLL, this::pull)
                .withParameters("max", "wait", "lease", "tag", "sql", "unmatched", "start", "order"));
    }

    private CompletionStage<Answer> pull(Call call) {
        Query query = call.query();
        FilterExpression filter = FilterParameters.read(query);
        boolean skipUnmatched =
                query.word("unmatched", "keep", Set.of("keep", "skip")).equals("skip");
        Start start = query.word("start", "first", Set.of("first", "last")).equals("last") ? Start.LAST : Start.FIRST;
        Ordering ordering =
                query.word("order", "any", Set.of("any", "key")).equals("key") ? Ordering.BY_KEY : Ordering.NONE;
        Duration waitDefault = WAIT_DEFAULT.compareTo(config.waitMax()) < 0 ? WAIT_DEFAULT : config.waitMax();
        Duration leaseDefault = LEASE_DEFAULT.compareTo(config.leaseMax()) < 0 ? LEASE_DEFAULT : config.leaseMax();
        LeaseRequest request = new LeaseRequest(
                new GroupName(call.path("group")),
                new TopicName(call.path("topic")),
                skipUnmatched ? filter : FilterExpression.ALL,
                skipUnmatched ? FilterExpression.ALL : filter,
                query.integer("max", Math.min(MAX_DEFAULT, config.pullMax()), 1, config.pullMax()),
                query.duration("lease", leaseDefault, LEASE_MIN, config.leaseMax()),
                query.duration("wait", waitDefault, Duration.ZERO, config.waitMax()),
                start,
                ordering);
        return new Pull(call, port.onBehalfOf(call.caller()).leases(), request, metrics, clock).begin();
    }
}

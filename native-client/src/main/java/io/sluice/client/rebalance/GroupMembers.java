package io.sluice.client.rebalance;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.GroupName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.ConsumerIdList;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SessionCommands.GetConsumerList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

/** Who is online in a group, as one of the brokers of a topic sees it; every broker knows every member. */
final class GroupMembers {
    private final ClusterLink link;

    GroupMembers(ClusterLink link) {
        this.link = link;
    }

    /** Client ids, sorted. Fails with {@link RefusedException}. */
    CompletionStage<List<String>> of(GroupName group, TopicRoute route) {
        List<String> primaries = route.primaries();
        if (primaries.isEmpty()) {
            return CompletableFuture.failedFuture(new RefusedException(
                    Refusal.UNAVAILABLE, "topic %s has no primary that knows the group".formatted(route.topic())));
        }
        String address = primaries.get(ThreadLocalRandom.current().nextInt(primaries.size()));
        return link.ask(
                        "members of group " + group,
                        address,
                        RequestCode.GET_CONSUMER_LIST_BY_GROUP,
                        new GetConsumerList(group.value()))
                .thenApply(answer -> Body.of(ConsumerIdList.class, answer).consumerIdList().stream()
                        .sorted()
                        .distinct()
                        .toList());
    }
}

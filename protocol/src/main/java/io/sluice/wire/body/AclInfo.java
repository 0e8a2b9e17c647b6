package io.sluice.wire.body;

import io.sluice.wire.json.Absent;
import java.util.List;

/** What a subject may do. */
public record AclInfo(@Absent String subject, List<Policy> policies) implements Body {

    /** @param policyType {@code Custom} or {@code Default}; absent: custom */
    public record Policy(@Absent String policyType, List<Entry> entries) {}

    /**
     * @param resource {@code Topic:name}, {@code Group:name}, {@code Cluster:name} or {@code *}
     * @param decision {@code Allow} or {@code Deny}
     */
    public record Entry(
            @Absent String resource,
            List<String> actions,
            List<String> sourceIps,
            @Absent String decision) {}
}

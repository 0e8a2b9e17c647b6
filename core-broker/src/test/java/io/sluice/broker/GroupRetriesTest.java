package io.sluice.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.lease.RedeliveryDelay;
import io.sluice.broker.lease.RedeliveryDelay.Exponential;
import io.sluice.broker.lease.RedeliveryDelay.Ladder;
import io.sluice.wire.json.JsonObject;
import io.sluice.wire.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Redelivery delays as RocketMQ's tools write them. */
class GroupRetriesTest {
    private static RedeliveryDelay read(String json) {
        return GroupRetries.read(
                Optional.of(JsonObject.expect(JsonReader.read(json.getBytes(StandardCharsets.UTF_8)), "policy")));
    }

    @Test
    void aGroupWithoutAPolicyRetriesAtOnce() {
        assertThat(GroupRetries.read(Optional.empty()).afterMs(3)).isZero();
    }

    @Test
    void theThirdRungIsForTheFirstFailureAndOneAloneForAll() {
        assertThat(read("{\"type\":\"CUSTOMIZED\",\"customizedRetryPolicy\":{\"next\":[1000,5000,10000,30000]}}"))
                .isEqualTo(new Ladder(List.of(10_000L, 30_000L)));
        assertThat(read("{\"type\":\"CUSTOMIZED\",\"customizedRetryPolicy\":{\"next\":[700]}}"))
                .isEqualTo(RedeliveryDelay.fixed(700));
    }

    @Test
    void anExponentialPolicyIsReadWithItsDefaults() {
        assertThat(
                        read(
                                "{\"type\":\"EXPONENTIAL\",\"exponentialRetryPolicy\":{\"initial\":1000,\"max\":60000,\"multiplier\":3}}"))
                .isEqualTo(new Exponential(1_000, 60_000, 3));
        assertThat(read("{\"type\":\"EXPONENTIAL\"}")).isEqualTo(new Exponential(5_000, 7_200_000, 2));
    }

    @Test
    void aPolicyThatCannotBeReadIsNone() {
        assertThat(read("{\"type\":\"CUSTOMIZED\",\"customizedRetryPolicy\":{\"next\":[\"soon\"]}}")
                        .afterMs(1))
                .isZero();
    }
}

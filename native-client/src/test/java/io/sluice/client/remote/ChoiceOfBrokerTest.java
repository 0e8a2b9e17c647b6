package io.sluice.client.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.remote.RemoteUnits.Target;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which broker a unit of work without leases goes to. */
class ChoiceOfBrokerTest {
    @Test
    void anIdKeepsItsBrokerWhenOthersComeAndGo() {
        List<Target> all = Stream.of("broker-a", "broker-b", "broker-c", "broker-d")
                .map(name -> new Target(name, "at-" + name))
                .toList();
        Map<String, Integer> share = new HashMap<>();
        for (int i = 0; i < 400; i++) {
            String id = "unit-" + i;
            Target chosen = RemoteUnits.choose(all, id);
            share.merge(chosen.brokerName(), 1, Integer::sum);
            for (Target gone : all) {
                List<Target> rest =
                        all.stream().filter(target -> target != gone).toList();
                if (gone != chosen) {
                    assertThat(RemoteUnits.choose(rest, id)).isEqualTo(chosen);
                }
            }
        }
        assertThat(share.values()).hasSize(4).allMatch(ids -> ids > 60);
    }
}

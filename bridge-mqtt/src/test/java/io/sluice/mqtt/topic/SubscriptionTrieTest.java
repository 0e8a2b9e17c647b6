package io.sluice.mqtt.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SubscriptionTrieTest {
    private final SubscriptionTrie<String, Integer> trie = new SubscriptionTrie<>();

    private List<String> matching(String topic) {
        return matching(trie, topic);
    }

    private static List<String> matching(SubscriptionTrie<String, Integer> trie, String topic) {
        List<String> found = new ArrayList<>();
        trie.match(new MqttTopic(topic), (who, agreed) -> found.add(who));
        return found;
    }

    private void put(String filter) {
        trie.put(TopicFilter.parse(filter), filter, 0);
    }

    /** The examples of MQTT-5.0 §4.7.1.2 and §4.7.1.3. */
    @Test
    void wildcardsMatchAsTheStandardShows() {
        List.of("sport/tennis/player1/#", "sport/#", "#", "sport/tennis/+", "sport/+", "+/+", "/+", "+")
                .forEach(this::put);
        assertThat(matching("sport/tennis/player1"))
                .containsExactlyInAnyOrder("sport/tennis/player1/#", "sport/#", "#", "sport/tennis/+");
        assertThat(matching("sport")).containsExactlyInAnyOrder("sport/#", "#", "+");
        assertThat(matching("sport/")).containsExactlyInAnyOrder("sport/#", "#", "sport/+", "+/+");
        assertThat(matching("/finance")).containsExactlyInAnyOrder("#", "+/+", "/+");
    }

    /** MQTT-5.0 §4.7.2. */
    @Test
    void leadingWildcardsDoNotReachTopicsOfTheServer() {
        List.of("#", "+/monitor/Clients", "$SYS/#", "$SYS/monitor/+").forEach(this::put);
        assertThat(matching("$SYS/monitor/Clients")).containsExactlyInAnyOrder("$SYS/#", "$SYS/monitor/+");
    }

    @Test
    void levelsAreComparedExactly() {
        put("ACCOUNTS");
        assertThat(matching("Accounts")).isEmpty();
        assertThat(matching("ACCOUNTS/")).isEmpty();
    }

    @Test
    void aSecondSubscriptionReplacesTheFirstAndRemovingTheFirstLeavesTheSecond() {
        TopicFilter filter = TopicFilter.parse("a/b");
        Integer first = 1001;
        Integer second = 1002;
        assertThat(trie.put(filter, "me", first)).isNull();
        assertThat(trie.put(filter, "me", second)).isEqualTo(first);
        assertThat(trie.size()).isEqualTo(1);
        assertThat(trie.remove(filter, "me", first)).isFalse();
        assertThat(matching("a/b")).containsExactly("me");
        assertThat(trie.remove(filter, "me", second)).isTrue();
        assertThat(trie.size()).isZero();
        assertThat(matching("a/b")).isEmpty();
    }

    /** What a filter matches, said again in the simplest way: level by level. */
    private static boolean matchesNaively(String filter, String topic) {
        if (topic.startsWith("$") && (filter.startsWith("#") || filter.startsWith("+"))) {
            return false;
        }
        String[] wanted = filter.split("/", -1);
        String[] levels = topic.split("/", -1);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("#")) {
                return levels.length >= i;
            }
            if (i >= levels.length || !wanted[i].equals("+") && !wanted[i].equals(levels[i])) {
                return false;
            }
        }
        return wanted.length == levels.length;
    }

    @Provide
    Arbitrary<String> topics() {
        return Arbitraries.of("a", "b", "c", "", "$x")
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(levels -> String.join("/", levels))
                .filter(name -> !name.isEmpty());
    }

    @Provide
    Arbitrary<String> filters() {
        Arbitrary<List<String>> levels =
                Arbitraries.of("a", "b", "", "+", "$x").list().ofMinSize(0).ofMaxSize(4);
        return Combinators.combine(levels, Arbitraries.of(true, false))
                .as((list, open) -> {
                    List<String> all = new ArrayList<>(list);
                    if (open || all.isEmpty()) {
                        all.add("#");
                    }
                    return String.join("/", all);
                })
                .filter(filter -> !filter.isEmpty());
    }

    @Property(tries = 500)
    void theTrieMatchesWhatANaiveMatcherMatches(
            @ForAll("someFilters") List<String> subscribed,
            @ForAll("someFilters") List<String> removed,
            @ForAll("topics") String topic) {
        SubscriptionTrie<String, Integer> fresh = new SubscriptionTrie<>();
        Map<String, Integer> left = new HashMap<>();
        for (int i = 0; i < subscribed.size(); i++) {
            fresh.put(TopicFilter.parse(subscribed.get(i)), subscribed.get(i), i);
            left.put(subscribed.get(i), i);
        }
        for (String filter : removed) {
            Integer agreed = left.remove(filter);
            if (agreed != null) {
                assertThat(fresh.remove(TopicFilter.parse(filter), filter, agreed))
                        .isTrue();
            }
        }
        List<String> expected = left.keySet().stream()
                .filter(filter -> matchesNaively(filter, topic))
                .toList();
        assertThat(matching(fresh, topic)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(left.keySet().stream()
                        .filter(filter -> TopicFilter.parse(filter).matches(new MqttTopic(topic)))
                        .toList())
                .isEqualTo(expected);
        assertThat(fresh.size()).isEqualTo(left.size());
    }

    @Provide
    Arbitrary<List<String>> someFilters() {
        return filters().list().ofMaxSize(12);
    }
}

package io.sluice.gateway.e2e;

import static io.sluice.gateway.node.ApacheClient.base64;
import static io.sluice.gateway.node.ApacheGround.until;
import static io.sluice.gateway.node.ApacheGround.untilReceived;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Got;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.ApacheGround;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** SQL conditions of unmodified Apache consumers, evaluated by the node. */
class ApacheFiltersTest {
    private static final String TOPIC = "Stock";
    private static final String LAST = "last";

    @TempDir
    static Path directory;

    private static ApacheGround ground;

    @BeforeAll
    static void start() {
        ground = ApacheGround.in(directory, "messageDelayLevel=1s 1s 1s 1s");
        ground.administrator().createTopic(TOPIC, 1, 1);
        ApacheClient client = ground.client(Version.V5);
        client.tell("producer", "P_stock");
        client.send(TOPIC, "fruit", "k1", "apple", "price=5", "colour=red", "weight=1.5", "fresh=true");
        client.send(TOPIC, "fruit", "k2", "pear", "price=8", "colour=green", "weight=2.25", "fresh=false");
        client.send(TOPIC, "fruit", "k3", "plum", "price=3", "colour=dark_blue");
        client.send(TOPIC, "tool", "k4", "saw", "price=30", "made=50% steel", "weight=900");
        client.send(TOPIC, "tool", "k5", "nail", "price=cheap", "owner=O'Brien");
        client.send(TOPIC, "tool", "k6", LAST, "price=1", "last=yes");
    }

    @AfterAll
    static void stop() {
        ground.close();
    }

    /** Each condition also selects the last message, so that its arrival says that all have been looked at. */
    private static List<String> selected(Version version, String name, String condition) {
        ApacheClient client = ground.client(version);
        client.tell(
                "consumer",
                "C_" + name,
                TOPIC,
                "(" + condition + ") OR last = 'yes'",
                "0",
                "name=" + name,
                "sql=true",
                "instance=filters");
        untilReceived(client, name, List.of(LAST));
        return client.bodies(name).stream()
                .filter(body -> !body.equals(LAST))
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            price > 5                                        | pear saw
            price >= 5 AND NOT colour = 'red'                | pear
            price <> 5 AND price < 10                        | pear plum
            price BETWEEN 3 AND 5                            | apple plum
            price NOT BETWEEN 3 AND 5                        | pear saw
            colour IN ('red', 'green')                       | apple pear
            colour NOT IN ('red', 'green')                   | plum
            colour IS NULL AND price IS NOT NULL             | nail saw
            fresh = TRUE                                     | apple
            weight > 1.5e0 AND weight <= .225E1              | pear
            price * 2 + 4 = 10 OR price - 1 = 7              | pear plum
            price / 4 = 2                                    | pear
            -price < -10                                     | saw
            colour LIKE 'dark!_%' ESCAPE '!'                 | plum
            made LIKE '50\\% s_eel' ESCAPE '\\'              | saw
            colour NOT LIKE '%e%'                            | ""
            owner = 'O''Brien'                               | nail
            colour CONTAINS 'ee' OR colour STARTSWITH 'r'    | apple pear
            colour ENDSWITH 'blue' OR owner NOT CONTAINS 'z' | nail plum
            TAGS = 'tool' AND KEYS = 'k4'                    | saw
            NOT (price > 5)                                  | apple plum
            price > 5 OR weight IS NULL AND colour > 5       | pear saw
            price = 5 /* cheap */                            | apple
            """)
    void aConditionSelects(String condition, String expected) {
        String name = "sql" + Integer.toHexString(condition.hashCode());
        assertThat(selected(Version.V5, name, condition)).containsExactlyElementsOf(words(expected));
    }

    private static List<String> words(String text) {
        return Stream.of(text.split(" ")).filter(word -> !word.isEmpty()).toList();
    }

    @Test
    void anOlderReleaseFiltersAlike() {
        assertThat(selected(Version.V4_9_8, "old1", "price BETWEEN 3 AND 5")).containsExactly("apple", "plum");
        assertThat(selected(Version.V4_9_8, "old2", "colour LIKE 'dark!_%' ESCAPE '!'"))
                .containsExactly("plum");
    }

    @ParameterizedTest
    @EnumSource
    void aConditionThatIsNoneIsRefusedWhenTheConsumerStarts(Version version) {
        String answer = ground.client(version)
                .ask("consumer", "C_wrong_" + version, TOPIC, "price >", "0", "sql=true", "name=wrong_" + version);
        assertThat(answer).startsWith("ERR MQClientException CODE: 23");
    }

    @Test
    void aConditionOnTheLastOfManyPropertiesSelects() {
        ApacheClient client = ground.client(Version.V5);
        ground.administrator().createTopic("Heavy", 1, 1);
        for (String last : List.of("no", "yes")) {
            List<String> words = new ArrayList<>(List.of("send", "Heavy", "t", "k", base64(last)));
            IntStream.range(0, 300).forEach(i -> words.add("property_" + i + "=" + "v".repeat(60) + i));
            words.add("wanted=" + last);
            client.tell(words.toArray(String[]::new));
        }
        client.tell(
                "consumer",
                "C_heavy",
                "Heavy",
                "wanted = 'yes' AND property_299 LIKE '%299'",
                "0",
                "name=heavy",
                "sql=true");
        untilReceived(client, "heavy", List.of("yes"));
        assertThat(client.bodies("heavy")).containsExactly("yes");
    }

    @ParameterizedTest
    @EnumSource
    void aMessageThatPassedAConditionAndFailedComesBack(Version version) {
        String name = "retried_" + version;
        ApacheClient client = ground.client(version);
        client.tell("consumer", "C_" + name, TOPIC, "colour = 'green'", "1", "name=" + name, "sql=true");
        until("it comes back", () -> client.received(name).size() >= 2);
        assertThat(client.received(name)).extracting(Got::body).containsOnly("pear");
        assertThat(client.received(name)).extracting(Got::reconsumeTimes).startsWith(0, 1);
    }

    @ParameterizedTest
    @EnumSource
    void consumersThatPullAndThatPollFilterByConditionsToo(Version version) {
        ApacheClient client = ground.client(version);
        // Clients filter only at brokers whose version they know, and that comes with the answer to a heartbeat.
        until("it is pulled", () -> client.ask("pull", TOPIC, "0", "0", "price > 5", "sql=true")
                .equals("OK FOUND 6 0 6"));
        assertThat(client.bodies("pull")).containsExactly("pear", "saw");
        String group = "C_polls_" + version;
        client.tell("litesubscribe", group, TOPIC, "price > 5", "sql=true");
        until("both are polled", () -> {
            client.tell("litepoll", group, "500");
            return client.bodies(group).size() >= 2;
        });
        assertThat(client.bodies(group)).containsExactly("pear", "saw");
    }

    @Test
    void aGroupThatWantsNothingOfAQueueStillGetsToItsEnd() {
        ApacheClient client = ground.client(Version.V5);
        client.tell("consumer", "C_none", TOPIC, "colour = 'none'", "0", "name=none", "sql=true");
        until("nothing is left to look at", () -> ground.administrator().behind("C_none", TOPIC) == 0);
        assertThat(client.received("none")).isEmpty();
    }
}

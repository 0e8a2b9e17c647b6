package io.sluice.wire.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.frame.FieldException;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.ParsedFields;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The reader that overwrites itself finds what the one that makes a record finds. */
class SendHeadTest {
    private final SendHead head = new SendHead();
    private final SendMessageV2 record = new SendMessageV2();

    @Property(tries = 1000)
    void bothReadersAgree(@ForAll("fields") Map<String, String> said) {
        ParsedFields fields = Fields.of(said).parsed();
        boolean read = head.read(fields);
        SendMessage expected;
        try {
            expected = record.decode("a send", fields);
        } catch (FieldException refused) {
            // The short reader does not look at fields that only the long way needs.
            assertThat(read && !said.containsKey("l")).isFalse();
            return;
        }
        assertThat(read).isTrue();
        assertThat(head.topic()).isEqualTo(expected.topic());
        assertThat(head.queueId()).isEqualTo(expected.queueId());
        assertThat(head.sysFlag()).isEqualTo(expected.sysFlag());
        assertThat(head.bornTimestamp()).isEqualTo(expected.bornTimestamp());
        assertThat(head.flag()).isEqualTo(expected.flag());
        assertThat(new String(head.properties().toByteArray(), StandardCharsets.UTF_8))
                .isEqualTo(expected.properties());
        assertThat(head.reconsumeTimes()).isEqualTo(expected.reconsumeTimes());
        assertThat(head.batch()).isEqualTo(expected.batch());
    }

    /** Mostly whole headers, some with a field missing or wrong. */
    @Provide
    Arbitrary<Map<String, String>> fields() {
        Arbitrary<String> names =
                Arbitraries.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "long");
        Arbitrary<String> values =
                Arbitraries.of("", "0", "7", "-1", "true", "1700000000000", "topic", "K\u0001v\u0002");
        Map<String, String> whole =
                Map.of("a", "group", "b", "topic", "c", "TBW102", "d", "4", "e", "1", "f", "0", "g", "17", "h", "0");
        return Arbitraries.maps(names, values).ofMaxSize(4).map(changes -> {
            Map<String, String> all = new java.util.TreeMap<>(whole);
            all.putAll(changes);
            if (changes.containsKey("long")) {
                all.remove("e");
            }
            return all;
        });
    }
}

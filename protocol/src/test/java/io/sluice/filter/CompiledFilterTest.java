package io.sluice.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.FilterExpression;
import io.sluice.model.MessageProperties;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.PropertiesCodec;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CompiledFilterTest {
    private static final long BORN_AT_MS = 1_700_000_000_000L;

    private static MessageView stored(String... namesAndValues) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            pairs.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        byte[] properties = PropertiesCodec.encode(MessageProperties.of(pairs));
        ByteBuffer record = ByteBuffer.allocate(MessageLayout.MIN_BYTES + properties.length);
        record.putInt(MessageLayout.TOTAL_SIZE, record.capacity());
        record.putInt(MessageLayout.MAGIC, MessageLayout.MAGIC_V1);
        record.putLong(MessageLayout.BORN_TIMESTAMP, BORN_AT_MS);
        record.putShort(MessageLayout.MIN_BYTES - 2, (short) properties.length);
        record.put(MessageLayout.MIN_BYTES, properties);
        return MessageView.of(record);
    }

    private static boolean matches(String condition, MessageView message) {
        return CompiledFilter.of(FilterExpression.sql(condition)).matches(message);
    }

    @Test
    void everythingPassesAFilterForAll() {
        CompiledFilter all = CompiledFilter.of(FilterExpression.ALL);
        assertThat(all.mayMatchTagHash(0)).isTrue();
        assertThat(all.matches(stored())).isTrue();
        assertThat(all.matches(name -> null)).isTrue();
    }

    @Test
    void aTagFilterLooksAtTheHashFirstAndAtTheTagThen() {
        CompiledFilter filter = CompiledFilter.of(FilterExpression.tags("Aa || C"));
        assertThat("Aa".hashCode()).as("two tags of one hash").isEqualTo("BB".hashCode());
        assertThat(filter.mayMatchTagHash("Aa".hashCode())).isTrue();
        assertThat(filter.mayMatchTagHash("BB".hashCode())).isTrue();
        assertThat(filter.mayMatchTagHash("D".hashCode())).isFalse();
        assertThat(filter.mayMatchTagHash(0)).isFalse();
        assertThat(filter.matches(stored("TAGS", "Aa"))).isTrue();
        assertThat(filter.matches(stored("TAGS", "C", "x", "y"))).isTrue();
        assertThat(filter.matches(stored("TAGS", "BB"))).isFalse();
        assertThat(filter.matches(stored())).isFalse();
        assertThat(filter.matches(Map.of("TAGS", "Aa")::get)).isTrue();
        assertThat(filter.matches(Map.of("TAGS", "BB")::get)).isFalse();
    }

    @Test
    void anSqlFilterReadsStoredPropertiesAsText() {
        MessageView message = stored("age", "30", "TAGS", "A", "flag", "true");
        assertThat(matches("age > 29 AND TAGS = 'A' AND flag", message)).isTrue();
        assertThat(matches("age = '30'", message)).isTrue();
        assertThat(matches("age > 30 OR missing = 1", message)).isFalse();
        assertThat(CompiledFilter.of(FilterExpression.sql("age > 29")).mayMatchTagHash(7))
                .isTrue();
    }

    @Test
    void propertiesOfAJmsSenderKeepTheirTypes() {
        MessageView message = stored(
                "jmsDestination",
                "queue",
                "propertyTypes",
                "n:i,flag:z,d:d,xn:l,none:n,empty:e",
                "n",
                "5",
                "flag",
                "true",
                "d",
                "1.5",
                "xn",
                "7",
                "digits",
                "5");
        assertThat(matches("n = 5 AND flag AND d = 1.5 AND xn = 7", message)).isTrue();
        assertThat(matches("digits = 5", message)).isFalse();
        assertThat(matches("digits <> 5", message)).isFalse();
        assertThat(matches("digits = '5'", message)).isTrue();
        assertThat(matches("n = '5'", message)).isFalse();
        assertThat(matches("none IS NULL AND empty = ''", message)).isTrue();
        assertThat(matches("digits = 5", stored("propertyTypes", ",", "digits", "5")))
                .as("a message that says that it holds nothing but texts")
                .isFalse();
        assertThat(matches("n = 'five'", stored("propertyTypes", "n:i", "n", "five")))
                .as("a value that somebody altered is what it is")
                .isTrue();
    }

    @Test
    void headerFieldsOfJmsAreFoundOnEveryMessage() {
        MessageView foreign =
                stored("CORRELATION_ID", "c-1", "TAGS", "A", "KEYS", "k1 k2", "contentType", "text/plain");
        assertThat(matches("JMSPriority = 4 AND JMSDeliveryMode = 'PERSISTENT' AND JMSType IS NULL", foreign))
                .isTrue();
        assertThat(matches("JMSCorrelationID = 'c-1' AND JMSTimestamp = " + BORN_AT_MS, foreign))
                .isTrue();
        assertThat(matches("JMSMessageID = 'ID:" + foreign.messageId() + "'", foreign))
                .isTrue();
        assertThat(matches("JMS_Sluice_Tag = 'A' AND JMS_Sluice_Keys = 'k1 k2'", foreign))
                .isTrue();
        assertThat(matches("JMS_Sluice_ContentType = 'text/plain' AND JMS_Sluice_X IS NULL", foreign))
                .isTrue();
        MessageView own = stored(
                "propertyTypes",
                "JMSPriority:i,JMSTimestamp:l",
                "JMSPriority",
                "9",
                "JMSTimestamp",
                "17",
                "JMSType",
                "T",
                "JMSDeliveryMode",
                "NON_PERSISTENT",
                "JMSXGroupID",
                "g");
        assertThat(matches("JMSPriority > 8 AND JMSTimestamp < 18 AND JMSType = 'T'", own))
                .isTrue();
        assertThat(matches("JMSDeliveryMode = 'NON_PERSISTENT' AND JMSXGroupID = 'g'", own))
                .isTrue();
    }

    @Test
    void aFilterIsCompiledOnceWhileItIsRemembered() {
        Filters filters = new Filters();
        CompiledFilter first = filters.compile(FilterExpression.sql("a = 1"));
        assertThat(filters.compile(FilterExpression.sql("a = 1"))).isSameAs(first);
        assertThat(filters.compile(FilterExpression.tags("A || B")))
                .isSameAs(filters.compile(FilterExpression.tags("B||A")));
        assertThat(filters.compile(FilterExpression.ALL)).isSameAs(CompiledFilter.ALL);
        assertThat(filters.size()).isEqualTo(2);
        assertThatThrownBy(() -> filters.compile(FilterExpression.sql("a =")))
                .isInstanceOf(FilterSyntaxException.class);
        assertThat(filters.size()).isEqualTo(2);
    }

    @Test
    void theMemoryOfCompiledFiltersIsBoundedInNumberAndInCharacters() {
        Filters filters = new Filters();
        CompiledFilter kept = filters.compile(FilterExpression.sql("kept = 1"));
        for (int i = 0; i < 3 * Filters.ENTRIES_MAX; i++) {
            filters.compile(FilterExpression.sql("a = " + i));
            assertThat(filters.compile(FilterExpression.sql("kept = 1"))).isSameAs(kept);
        }
        assertThat(filters.size()).isEqualTo(Filters.ENTRIES_MAX);
        String filler = "x".repeat(SqlExpression.LENGTH_MAX - 100);
        for (int i = 0; i < 100; i++) {
            filters.compile(FilterExpression.sql("a = '" + filler + i + "'"));
        }
        assertThat(filters.size()).isLessThanOrEqualTo(Filters.CHARS_MAX / filler.length());
    }
}

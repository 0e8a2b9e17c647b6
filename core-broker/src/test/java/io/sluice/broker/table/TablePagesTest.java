package io.sluice.broker.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.topic.TopicsFile;
import io.sluice.store.FormatPage;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.ConsumerOffsetTable;
import io.sluice.wire.body.DelayOffsetTable;
import io.sluice.wire.body.SubscriptionGroupTable;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The examples of docs/formats/config-tables.md are what is written, and what is read. */
class TablePagesTest {
    private final FormatPage page = FormatPage.read("config-tables");

    private <T extends Record & Body> T assertWrittenAsRead(Class<T> type, String block) {
        String text = page.text("json " + block).strip();
        T table = TableText.read(type, text);
        assertThat(TableText.write(table)).isEqualTo(text);
        return table;
    }

    @Test
    void topics() {
        TopicsFile table = assertWrittenAsRead(TopicsFile.class, "topics");
        assertThat(table.topicConfigTable()).containsOnlyKeys("Orders");
        assertThat(table.topicConfigTable().get("Orders").writeQueueNums()).isEqualTo(4);
    }

    @Test
    void groups() {
        SubscriptionGroupTable table = assertWrittenAsRead(SubscriptionGroupTable.class, "groups");
        assertThat(table.subscriptionGroupTable()).containsOnlyKeys("billing");
    }

    @Test
    void offsets() {
        ConsumerOffsetTable table = assertWrittenAsRead(ConsumerOffsetTable.class, "offsets");
        assertThat(table.offsetTable()).isEqualTo(Map.of("Orders@billing", Map.of(0, 3L, 1, 7L)));
        assertThat(TableText.read(ConsumerOffsetTable.class, page.text("json bare"))
                        .offsetTable())
                .isEqualTo(table.offsetTable());
    }

    @Test
    void delays() {
        assertThat(assertWrittenAsRead(DelayOffsetTable.class, "delays").offsetTable())
                .isEqualTo(Map.of(1, 12L, 18, 0L));
    }
}

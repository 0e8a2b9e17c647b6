package io.sluice.broker.offset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.broker.table.TableText;
import io.sluice.model.GroupName;
import io.sluice.model.SluiceException;
import io.sluice.model.TopicName;
import io.sluice.wire.body.ConsumerOffsetTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OffsetTableTest {
    private static final GroupName GROUP = new GroupName("readers");
    private static final TopicName TOPIC = new TopicName("orders");

    private final List<String> written = new ArrayList<>();
    private final OffsetTable table = open(Optional.empty());

    @Test
    void aCommitIsRememberedPerGroupTopicAndQueue() {
        table.commit(GROUP, TOPIC, 2, 17);
        assertThat(table.committed(GROUP, TOPIC, 2)).hasValue(17);
        assertThat(table.committed(GROUP, TOPIC, 1)).isEmpty();
        assertThat(table.committed(new GroupName("others"), TOPIC, 2)).isEmpty();
        assertThat(table.offsets(GROUP, TOPIC)).isEqualTo(Map.of(2, 17L));
    }

    @Test
    void aCommitMayGoBackAndAnAdvanceMayNot() {
        table.commit(GROUP, TOPIC, 0, 10);
        table.commit(GROUP, TOPIC, 0, 7);
        assertThat(table.committed(GROUP, TOPIC, 0)).hasValue(7);
        table.advance(GROUP, TOPIC, 0, 5);
        assertThat(table.committed(GROUP, TOPIC, 0)).hasValue(7);
        table.advance(GROUP, TOPIC, 0, 9);
        assertThat(table.committed(GROUP, TOPIC, 0)).hasValue(9);
    }

    @Test
    void whileAResetIsPendingCommitsAreIgnoredUntilSomebodyIsSentThere() {
        table.commit(GROUP, TOPIC, 0, 10);
        table.reset(GROUP, TOPIC, 0, 3);
        assertThat(table.commit(GROUP, TOPIC, 0, 11)).isFalse();
        assertThat(table.committed(GROUP, TOPIC, 0)).hasValue(3);
        assertThat(table.commit(GROUP, TOPIC, 1, 4)).as("another queue").isTrue();

        assertThat(table.takeReset(GROUP, TOPIC, 0, 11)).hasValue(3);
        assertThat(table.takeReset(GROUP, TOPIC, 0, 11)).isEqualTo(OptionalLong.empty());
        assertThat(table.commit(GROUP, TOPIC, 0, 4)).isTrue();
    }

    @Test
    void anAdvanceEndsAPendingReset() {
        table.reset(GROUP, TOPIC, 0, 3);
        table.advance(GROUP, TOPIC, 0, 4);
        assertThat(table.takeReset(GROUP, TOPIC, 0, 10)).isEmpty();
        assertThat(table.committed(GROUP, TOPIC, 0)).hasValue(4);
    }

    @Test
    void theFileIsWrittenOnlyWhenSomethingChanged() {
        table.saveIfChanged();
        assertThat(written).isEmpty();
        table.commit(GROUP, TOPIC, 0, 1);
        table.saveIfChanged();
        table.saveIfChanged();
        assertThat(written).hasSize(1);
    }

    @Test
    void whatIsLoweredIsInTheFileAtOnceAndNothingElseIs() {
        table.commit(GROUP, TOPIC, 0, 8);
        table.lowerTo((topic, queueId) -> 8);
        assertThat(written).isEmpty();
        table.lowerTo((topic, queueId) -> 5);
        assertThat(written).singleElement().asString().contains("\"orders@readers\":{\"0\":5}");
        assertThat(table.committed(GROUP, TOPIC, 0)).hasValue(5);
    }

    @Test
    void nothingGoesOnWithOffsetsThatAreLoweredAndNotInTheFile() {
        OffsetTable unwritable = OffsetTable.open(
                () -> Instant.ofEpochMilli(1_700_000_000_000L), (delay, step) -> {}, Optional.empty(), text -> {
                    throw new SluiceException("refused on purpose");
                });
        unwritable.commit(GROUP, TOPIC, 0, 8);
        unwritable.lowerTo((topic, queueId) -> 8);
        assertThatThrownBy(() -> unwritable.lowerTo((topic, queueId) -> 5)).hasMessage("refused on purpose");
    }

    @Test
    void whatWasWrittenIsReadBack() {
        table.commit(GROUP, TOPIC, 0, 8);
        table.commit(GROUP, TOPIC, 1, 19);
        table.commit(new GroupName("%odd|group"), TOPIC, 1, 20);
        table.saveIfChanged();
        assertThat(written.get(0))
                .contains("\"orders@readers\":{\"0\":8,\"1\":19}")
                .contains("\"counter\":1");

        OffsetTable again = open(Optional.of(TableText.read(ConsumerOffsetTable.class, written.get(0))));

        assertThat(again.offsets(GROUP, TOPIC)).isEqualTo(Map.of(0, 8L, 1, 19L));
        assertThat(again.all()).isEqualTo(table.all());
    }

    @Test
    void aFileWithBareQueueNumbersAndKeysThatAreNoGroupsSurvives() {
        OffsetTable again = open(Optional.of(TableText.read(
                ConsumerOffsetTable.class,
                "{\"dataVersion\":{\"counter\":3},\"groupTopicMap\":{\"readers\":[\"orders\"]},\n"
                        + "\"offsetTable\":{\"orders@readers\":{0:8,1:19},\"orders@readers@broadcast\":{0:4}}}")));
        assertThat(again.offsets(GROUP, TOPIC)).isEqualTo(Map.of(0, 8L, 1, 19L));
        assertThat(again.all().offsetTable()).containsEntry("orders@readers@broadcast", Map.of(0, 4L));
    }

    @Test
    void aFileThatIsNoTableIsRefused() {
        ConsumerOffsetTable nobodys = TableText.read(ConsumerOffsetTable.class, "{\"offsetTable\":{\"noGroup\":{}}}");
        assertThatThrownBy(() -> open(Optional.of(nobodys)))
                .isInstanceOf(SluiceException.class)
                .hasMessageContaining("noGroup");
        assertThatThrownBy(() -> TableText.read(ConsumerOffsetTable.class, "{\"offsetTable\":{\"a@b\":{\"x\":1}}}"))
                .isInstanceOf(SluiceException.class);
    }

    @Test
    void groupsAndTopicsAreForgottenWithTheirPendingResets() {
        table.commit(GROUP, TOPIC, 0, 1);
        table.reset(GROUP, new TopicName("bills"), 0, 5);
        assertThat(table.topicsOf(GROUP)).containsExactly("bills", "orders");
        table.removeTopic(TOPIC);
        assertThat(table.topicsOf(GROUP)).containsExactly("bills");
        assertThat(table.groupsOf(new TopicName("bills"))).containsExactly("readers");
        table.removeGroup(GROUP);
        assertThat(table.topicsOf(GROUP)).isEmpty();
        assertThat(table.takeReset(GROUP, new TopicName("bills"), 0, 0)).isEmpty();
    }

    @Test
    void offsetsCanBeCopiedToAnotherGroup() {
        GroupName copy = new GroupName("copy");
        table.commit(GROUP, TOPIC, 0, 1);
        table.commit(GROUP, TOPIC, 3, 9);
        table.copy(GROUP, copy, TOPIC);
        assertThat(table.offsets(copy, TOPIC)).isEqualTo(Map.of(0, 1L, 3, 9L));
    }

    private OffsetTable open(Optional<ConsumerOffsetTable> stored) {
        return OffsetTable.open(
                () -> Instant.ofEpochMilli(1_700_000_000_000L), (delay, step) -> step.run(), stored, written::add);
    }
}

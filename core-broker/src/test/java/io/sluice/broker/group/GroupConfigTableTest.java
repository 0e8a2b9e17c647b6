package io.sluice.broker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.broker.table.TableText;
import io.sluice.model.GroupName;
import io.sluice.port.RefusedException;
import io.sluice.wire.body.SubscriptionGroupConfig;
import io.sluice.wire.body.SubscriptionGroupTable;
import io.sluice.wire.json.JsonForm;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GroupConfigTableTest {
    private static final GroupName GROUP = new GroupName("readers");

    private static final int MAX_GROUPS = 20;

    private final List<String> written = new ArrayList<>();

    @Test
    void aGroupThatIsUsedForTheFirstTimeGetsTheUsualSettings() {
        GroupConfigTable table = open(true, Optional.empty());
        assertThat(table.find(GROUP)).isEmpty();
        assertThat(table.forUse(GROUP)).contains(SubscriptionGroupConfig.ofDefaults("readers"));
        assertThat(table.find(GROUP)).contains(SubscriptionGroupConfig.ofDefaults("readers"));
        assertThat(written).hasSize(1);
    }

    @Test
    void withoutAutoCreationOnlyKnownGroupsAndTheBrokersOwnMayBeUsed() {
        GroupConfigTable table = open(false, Optional.empty());
        assertThat(table.forUse(GROUP)).isEmpty();
        assertThat(table.forUse(new GroupName("TOOLS_CONSUMER"))).isPresent();
        assertThat(table.forUse(new GroupName("CID_RMQ_SYS_SOMETHING"))).isPresent();
    }

    @Test
    void settingsAreKeptInTheFileAndReadBack() {
        GroupConfigTable table = open(true, Optional.empty());
        table.put(JsonForm.of(SubscriptionGroupConfig.class)
                .read("{\"groupName\":\"readers\",\"consumeEnable\":false}".getBytes(StandardCharsets.UTF_8)));

        GroupConfigTable again = open(true, Optional.of(TableText.read(SubscriptionGroupTable.class, written.get(0))));

        assertThat(again.find(GROUP).orElseThrow().consumeEnable()).isFalse();
        assertThat(again.all()).isEqualTo(table.all());
    }

    @Test
    void aFileOfAnotherBrokerKeepsWhatIsNotUnderstood() {
        String text = "{\"dataVersion\":{\"counter\":4,\"stateVersion\":0,\"timestamp\":5},"
                + "\"forbiddenTable\":{\"readers\":{\"orders\":1}},"
                + "\"subscriptionGroupTable\":{\"readers\":{\"attributes\":{\"a\":\"b\"},\"groupName\":\"readers\","
                + "\"groupRetryPolicy\":{\"type\":\"EXPONENTIAL\",\"exponentialRetryPolicy\":{\"initial\":5000}},"
                + "\"retryMaxTimes\":3}}}";
        GroupConfigTable table = open(true, Optional.of(TableText.read(SubscriptionGroupTable.class, text)));
        assertThat(table.find(GROUP).orElseThrow().retryMaxTimes()).isEqualTo(3);
        assertThat(TableText.write(table.all()))
                .contains("\"forbiddenTable\":{\"readers\":{\"orders\":1}}")
                .contains("\"exponentialRetryPolicy\":{\"initial\":5000}")
                .contains("\"attributes\":{\"a\":\"b\"}");
    }

    @Test
    void aDeletedGroupIsGone() {
        GroupConfigTable table = open(true, Optional.empty());
        table.forUse(GROUP);
        assertThat(table.remove(GROUP)).isCompletedWithValue(true);
        assertThat(table.remove(GROUP)).isCompletedWithValue(false);
        assertThat(table.find(GROUP)).isEmpty();
    }

    @Test
    void membersAreToldOfChangesUnlessTheGroupForbidsIt() {
        GroupConfigTable table = open(
                true,
                Optional.of(
                        TableText.read(
                                SubscriptionGroupTable.class,
                                "{\"subscriptionGroupTable\":{\"readers\":{\"groupName\":\"readers\",\"notifyConsumerIdsChangedEnable\":false}}}")));
        assertThat(table.mayNotify(GROUP)).isFalse();
        assertThat(table.mayNotify(new GroupName("others"))).isTrue();
    }

    @Test
    void oneGroupTooManyIsRefusedWithTheLimitAndThoseThatAreThereGoOn() {
        GroupConfigTable table = open(true, Optional.empty());
        int room = MAX_GROUPS - table.all().subscriptionGroupTable().size();
        for (int i = 0; i < room; i++) {
            assertThat(table.forUse(new GroupName("G" + i))).isPresent();
        }
        assertThatThrownBy(() -> table.forUse(new GroupName("more")))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("consumer group more is not created")
                .hasMessageContaining("maxSubscriptionGroups is 20");
        assertThatThrownBy(() -> table.put(SubscriptionGroupConfig.ofDefaults("more")))
                .isInstanceOf(RefusedException.class);
        assertThat(table.forUse(new GroupName("G0"))).isPresent();
        table.put(SubscriptionGroupConfig.ofDefaults("G0"));
        table.remove(new GroupName("G1"));
        assertThat(table.forUse(new GroupName("more"))).isPresent();
    }

    private GroupConfigTable open(boolean autoCreate, Optional<SubscriptionGroupTable> stored) {
        return GroupConfigTable.open(
                autoCreate,
                MAX_GROUPS,
                () -> Instant.ofEpochMilli(1_700_000_000_000L),
                (delay, step) -> step.run(),
                stored,
                written::add);
    }
}

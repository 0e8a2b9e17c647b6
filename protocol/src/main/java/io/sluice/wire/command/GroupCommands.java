package io.sluice.wire.command;

import io.sluice.wire.json.Absent;

/** Administration of consumer groups. */
public sealed interface GroupCommands {

    /** Answer: SubscriptionGroupConfig. */
    record GetGroupConfig(String group) implements GroupCommands {}

    /** Whether offsets go too is asked under two names by different releases; either counts. */
    record DeleteGroup(
            String groupName,
            @Absent boolean cleanOffset,
            @Absent boolean removeOffset) implements GroupCommands {

        public boolean withOffsets() {
            return cleanOffset || removeOffset;
        }
    }

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, NoFields.class)
                .row(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST, NoFields.class)
                .row(RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG, NoFields.class)
                .row(RequestCode.GET_SUBSCRIPTIONGROUP_CONFIG, GetGroupConfig.class)
                .row(RequestCode.DELETE_SUBSCRIPTIONGROUP, DeleteGroup.class);
    }
}

package io.sluice.wire.command;

import io.sluice.wire.json.Absent;

/** Users and what they may do. Bodies: user and access list as JSON. */
public sealed interface AccessCommands {

    record UserCommand(@Absent String username) implements AccessCommands {}

    record ListUsers(@Absent String filter) implements AccessCommands {}

    record AclCommand(@Absent String subject) implements AccessCommands {}

    record DeleteAcl(
            @Absent String subject,
            @Absent String policyType,
            @Absent String resource) implements AccessCommands {}

    record ListAcls(@Absent String subjectFilter, @Absent String resourceFilter) implements AccessCommands {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.AUTH_CREATE_USER, UserCommand.class)
                .row(RequestCode.AUTH_UPDATE_USER, UserCommand.class)
                .row(RequestCode.AUTH_DELETE_USER, UserCommand.class)
                .row(RequestCode.AUTH_GET_USER, UserCommand.class)
                .row(RequestCode.AUTH_LIST_USER, ListUsers.class)
                .row(RequestCode.AUTH_CREATE_ACL, AclCommand.class)
                .row(RequestCode.AUTH_UPDATE_ACL, AclCommand.class)
                .row(RequestCode.AUTH_DELETE_ACL, DeleteAcl.class)
                .row(RequestCode.AUTH_GET_ACL, AclCommand.class)
                .row(RequestCode.AUTH_LIST_ACL, ListAcls.class);
    }
}

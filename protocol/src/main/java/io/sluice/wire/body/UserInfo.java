package io.sluice.wire.body;

import io.sluice.wire.json.Absent;

/**
 * A user; absent members of a change stay as they are.
 *
 * @param userType   {@code Super} or {@code Normal}
 * @param userStatus {@code enable} or {@code disable}
 */
public record UserInfo(
        @Absent String username,
        @Absent String password,
        @Absent String userType,
        @Absent String userStatus) implements Body {

    /** Without the password. */
    @Override
    public String toString() {
        return "UserInfo[%s, %s, %s]".formatted(username, userType, userStatus);
    }
}

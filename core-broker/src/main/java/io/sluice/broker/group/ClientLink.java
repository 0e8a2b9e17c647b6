package io.sluice.broker.group;

import io.sluice.model.GroupName;

/**
 * One connection to a client, as services see it; each door brings its own. Two links are the same only if they are the
 * same object. No method blocks.
 */
public interface ClientLink {

    /** Where the client sits: {@code address:port} as text. */
    String address();

    /** Tells the client that members joined or left a consumer group it belongs to, or changed what they want. */
    void membersChanged(GroupName group);

    /** Ends the connection. */
    void close(String reason);
}

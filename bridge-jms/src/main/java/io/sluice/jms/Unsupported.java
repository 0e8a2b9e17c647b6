package io.sluice.jms;

import jakarta.jms.JMSException;

/** What this provider does not do, with a sentence that says what to do instead. */
enum Unsupported {
    DURABLE("durable subscriptions", "read the topic's messages as a queue, which keeps them for its consumers"),
    SHARED("shared subscriptions", "read the topic's messages as a queue, whose consumers share them"),
    BROWSING("browsing a queue", "look at its messages through the HTTP door, GET /v1/topics/NAME/messages"),
    XA_LISTENER(
            "a listener on a session for distributed transactions",
            "receive within the transaction, or listen on an ordinary session"),
    SERVER_SESSIONS("session pools of application servers", "use a listener on each of several sessions");

    /** Error code of these exceptions. */
    static final String CODE = "NOT_SUPPORTED";

    private final String feature;
    private final String instead;

    Unsupported(String feature, String instead) {
        this.feature = feature;
        this.instead = instead;
    }

    JMSException refused() {
        return new JMSException("%s: not supported by this provider; %s".formatted(feature, instead), CODE);
    }
}

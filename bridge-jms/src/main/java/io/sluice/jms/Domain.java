package io.sluice.jms;

import jakarta.jms.IllegalStateException;

/** Which of the three API styles a connection was opened in: each of the old ones refuses what belongs to the other. */
enum Domain {
    ANY,
    QUEUES,
    TOPICS;

    /** @throws IllegalStateException in the topic style (Jakarta Messaging 3.1 §9.2) */
    void requireQueues(String what) throws IllegalStateException {
        if (this == TOPICS) {
            throw new IllegalStateException("%s is not for sessions of topics; use a Session".formatted(what));
        }
    }

    /** @throws IllegalStateException in the queue style */
    void requireTopics(String what) throws IllegalStateException {
        if (this == QUEUES) {
            throw new IllegalStateException("%s is not for sessions of queues; use a Session".formatted(what));
        }
    }
}

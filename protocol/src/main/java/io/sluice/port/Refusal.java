package io.sluice.port;

/** Why a broker turns a question down. */
public enum Refusal {
    /** The topic does not exist and may not be created by sending. */
    NO_SUCH_TOPIC,
    /** The topic exists, the queue does not. */
    NO_SUCH_QUEUE,
    /** The consumer group does not exist and may not be created by using it. */
    NO_SUCH_GROUP,
    /** A name, property, filter or number breaks a rule. */
    ILLEGAL_ARGUMENT,
    /** The message is larger than the configured limit. */
    TOO_LARGE,
    /** The message shall be delivered later than the configured limit allows. */
    TOO_FAR_AWAY,
    /** The topic is read only, or a system topic that nobody may send to. */
    NOT_WRITABLE,
    /** The topic is write only. */
    NOT_READABLE,
    /** The caller lacks the right. */
    FORBIDDEN,
    /** No room on the disk; resumes when space returns. */
    DISK_FULL,
    /** A bound is reached; try again later. */
    OVERLOADED,
    /** The store is read only after a failed flush, or the broker is stopping or cannot be reached. */
    UNAVAILABLE,
    /** The broker behind this port lacks the feature. */
    NOT_SUPPORTED
}

package io.sluice.http.channel;

import io.sluice.port.Refusal;
import java.util.Locale;

/**
 * Every kind of error this door answers, with what is the same each time: the {@code type}
 * ({@code urn:sluice:} and the name in lower case with hyphens), status, title, remedy and when to try again. RFC 9457.
 */
public enum ProblemType {
    BAD_PARAMETER(400, "A parameter cannot be used", "Correct the parameter named and call again."),
    UNKNOWN_PARAMETER(400, "A parameter is not known", "Correct its name or leave it out; names are case-sensitive."),
    BAD_BODY(400, "The body cannot be read", "Send a body of the form described in the detail."),
    BAD_NAME(400, "A name breaks the rules", "Use 1..127 (groups 1..255) letters, digits, % | - _."),
    ILLEGAL_ARGUMENT(400, "The broker refused an argument", "Correct what the detail names and call again."),
    NOT_A_RECEIPT(
            400, "Not a receipt of this broker", "Send receipts exactly as a pull or an extension returned them."),
    FORBIDDEN(403, "Not allowed", "Use an identity that has the right, or have the right granted."),
    CROSS_ORIGIN(
            403,
            "Pages of another origin may not call",
            "Call from a page of the same origin, or from a program: this server allows no other origins."),
    NO_SUCH_PATH(404, "There is no such path", "Check the path against the list in the documentation."),
    NO_SUCH_TOPIC(404, "There is no such topic", "Create it with PUT /v1/topics/NAME or correct its name."),
    NO_SUCH_QUEUE(404, "There is no such queue", "GET /v1/topics/NAME lists the queues of a topic."),
    NO_SUCH_GROUP(404, "There is no such consumer group", "Correct the name of the group or have it created."),
    NO_SUCH_TRANSACTION(
            404, "There is no such half message", "GET /v1/transactions lists those that can be decided on."),
    METHOD_NOT_ALLOWED(405, "The path does not answer this method", "Use one of the methods in the header Allow."),
    BODY_TOO_SLOW(408, "The body did not arrive in time", "Send the body without pauses, or in smaller messages."),
    LEASE_OVER(
            409, "A lease had ended before", "Expect the message again; pull with a longer lease or extend in time."),
    NOT_WRITABLE(409, "The topic takes no messages", "Make the topic writable, or send to another."),
    NOT_READABLE(409, "The topic gives no messages", "Make the topic readable, or read another."),
    TOO_LARGE(413, "The body is too large", "Send less, or raise maxMessageSize in the settings of the node."),
    UNSUPPORTED_MEDIA_TYPE(415, "The body has a form that is not understood", "Use the form named in the detail."),
    OVERLOADED(429, "The broker has reached a bound", "Wait for Retry-After seconds and call again.", 1),
    INTERNAL(500, "Unexpected failure", "Look for the incident in the log of the server and report it."),
    NOT_SUPPORTED(501, "Not supported", "Do without, or use a server that has it."),
    BUSY(503, "Too much under way", "Wait for Retry-After seconds and call again.", 1),
    CLOSING(503, "The server is closing", "Call another server, or this one after its restart.", 5),
    UNAVAILABLE(503, "The broker cannot answer now", "Wait for Retry-After seconds and call again.", 5),
    NOT_LIVE(503, "The process is not healthy", "Restart the process; the reasons say what is wrong.", 5),
    NOT_READY(503, "The process is not ready", "Send no traffic here until it is; the reasons say why.", 5),
    DISK_FULL(507, "No room on the disk", "Free space or wait for the retention; then call again.", 30);

    private final int status;
    private final String title;
    private final String remedy;
    private final int retryAfterSeconds;

    ProblemType(int status, String title, String remedy) {
        this(status, title, remedy, 0);
    }

    ProblemType(int status, String title, String remedy, int retryAfterSeconds) {
        this.status = status;
        this.title = title;
        this.remedy = remedy;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** The kind of error that a broker's refusal is to a caller of this door. */
    public static ProblemType of(Refusal refusal) {
        return switch (refusal) {
            case NO_SUCH_TOPIC -> NO_SUCH_TOPIC;
            case NO_SUCH_QUEUE -> NO_SUCH_QUEUE;
            case NO_SUCH_GROUP -> NO_SUCH_GROUP;
            case ILLEGAL_ARGUMENT, TOO_FAR_AWAY -> ILLEGAL_ARGUMENT;
            case TOO_LARGE -> TOO_LARGE;
            case NOT_WRITABLE -> NOT_WRITABLE;
            case NOT_READABLE -> NOT_READABLE;
            case FORBIDDEN -> FORBIDDEN;
            case DISK_FULL -> DISK_FULL;
            case OVERLOADED -> OVERLOADED;
            case UNAVAILABLE -> UNAVAILABLE;
            case NOT_SUPPORTED -> NOT_SUPPORTED;
        };
    }

    public String urn() {
        return "urn:sluice:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public int status() {
        return status;
    }

    String title() {
        return title;
    }

    String remedy() {
        return remedy;
    }

    /** Seconds for {@code Retry-After}; 0 when trying again does not help. */
    int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}

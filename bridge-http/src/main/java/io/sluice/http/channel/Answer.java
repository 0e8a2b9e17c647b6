package io.sluice.http.channel;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** What an endpoint says to one call. */
public sealed interface Answer {
    String JSON = "application/json";

    int status();

    /** Without {@code Content-Type} and what concerns the connection. */
    Map<String, String> headers();

    /** Kept in memory as a whole; for small answers. The array is not copied: whoever made it leaves it alone. */
    record Whole(int status, String contentType, Map<String, String> headers, byte[] body) implements Answer {
        public Whole {
            Objects.requireNonNull(contentType, "contentType");
            headers = Map.copyOf(headers);
        }

        public Whole withHeader(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(name, value);
            return new Whole(status, contentType, more, body);
        }
    }

    /** Made piece by piece, no faster than the peer takes it. */
    record Flowing(int status, String contentType, Map<String, String> headers, BodySource source) implements Answer {
        public Flowing {
            Objects.requireNonNull(contentType, "contentType");
            headers = Map.copyOf(headers);
        }
    }

    static Whole json(int status, Json.Writing body) {
        return new Whole(status, JSON, Map.of(), Json.bytes(body));
    }

    static Whole text(int status, String contentType, byte[] body) {
        return new Whole(status, contentType, Map.of(), body);
    }

    /** 204. */
    static Whole nothing() {
        return new Whole(204, "", Map.of(), new byte[0]);
    }

    static Whole problem(Problem problem) {
        Whole answer = new Whole(problem.type().status(), Problem.MEDIA_TYPE, Map.of(), Json.bytes(problem::writeTo));
        int retryAfter = problem.type().retryAfterSeconds();
        return retryAfter > 0 ? answer.withHeader("Retry-After", Integer.toString(retryAfter)) : answer;
    }

    static Flowing flowing(String contentType, BodySource source) {
        return new Flowing(200, contentType, Map.of(), source);
    }
}

package io.sluice.gateway.doubt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.model.SluiceException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The HTTP door of a node as its callers see it. Used by one thread. */
public final class HttpDoor {
    /** Longer than the door itself waits for the broker, so that its own sentence comes. */
    private static final Duration TIMEOUT = Duration.ofSeconds(40);

    private static final int OK_CLASS = 2;
    private static final int CLASS = 100;

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final String base;

    /** @throws SluiceException when that is no address */
    public HttpDoor(String host, int port) {
        this.base = "http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        try {
            new URI(base).parseServerAuthority();
        } catch (URISyntaxException illegal) {
            throw new SluiceException("'%s' is no host; expected a name or an IP address".formatted(host), illegal);
        }
    }

    /** The door says no, in its own words. */
    static final class Refused extends SluiceException {
        private static final long serialVersionUID = 1L;

        Refused(String sentence) {
            super(sentence);
        }
    }

    /** Text as one segment of a path, or as the value of a parameter. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * @return nothing when the answer has no body
     * @throws Refused when the door answers with a problem
     * @throws SluiceException when nobody answers
     */
    JsonNode call(String method, String path) {
        try {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(base + path))
                            .timeout(TIMEOUT)
                            .method(method, BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());
            JsonNode body = bodyOf(method + " " + path, answer);
            if (answer.statusCode() / CLASS != OK_CLASS) {
                throw refused(body, answer.statusCode());
            }
            return body;
        } catch (IOException failed) {
            String why = failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
            throw new SluiceException(
                    "%s does not answer (%s); is a node running there? --host and -D httpPort say where it is"
                            .formatted(base, why),
                    failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SluiceException("interrupted while waiting for " + base, interrupted);
        }
    }

    private JsonNode bodyOf(String what, HttpResponse<String> answer) {
        try {
            return json.readTree(answer.body());
        } catch (JsonProcessingException notJson) {
            throw new SluiceException(
                    "%s answered %s with status %d and no JSON; is that the HTTP door of a node?"
                            .formatted(base, what, answer.statusCode()),
                    notJson);
        }
    }

    private static Refused refused(JsonNode problem, int status) {
        String detail = problem.path("detail").asText("the door answered with status " + status);
        String remedy = problem.path("remedy").asText("");
        return new Refused(remedy.isEmpty() ? detail : detail + ". " + remedy);
    }
}

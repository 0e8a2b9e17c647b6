package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.http.Door.Reply;
import io.sluice.http.observe.HealthSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HealthAndMetricsTest {

    /** Says what the test wants it to say. */
    private static final class Patient implements HealthSource {
        private final List<String> notLive = new CopyOnWriteArrayList<>();
        private final List<String> notReady = new CopyOnWriteArrayList<>();

        @Override
        public List<String> notLive() {
            return notLive;
        }

        @Override
        public List<String> notReady() {
            return notReady;
        }
    }

    @Test
    void aWellProcessIsLiveAndReady() {
        try (Door door = Door.open()) {
            assertThat(door.get("/health/live").is(200).text()).isEqualTo("{\"status\":\"UP\"}");
            assertThat(door.get("/health/ready").is(200).text()).isEqualTo("{\"status\":\"UP\"}");
            assertThat(door.method("HEAD", "/health/ready").is(200).text()).isEmpty();
        }
    }

    @Test
    void whatIsWrongIsToldWithItsReasonsUntilItIsRightAgain() {
        Patient patient = new Patient();
        try (Door door = Door.open(patient)) {
            patient.notReady.add("recovering the log");
            patient.notReady.add("no name server");
            Reply reply = door.get("/health/ready").isProblem(503, "not-ready");
            assertThat(reply.at("/reasons").toString()).isEqualTo("[\"recovering the log\",\"no name server\"]");
            assertThat(reply.header("Retry-After")).isNotNull();
            door.get("/health/live").is(200);

            patient.notReady.clear();
            patient.notLive.add("the log writer has ended");
            door.get("/health/ready").is(200);
            door.get("/health/live").isProblem(503, "not-live");
        }
    }

    @Test
    void metricsAreWellFormedAndCountWhatHappened() {
        try (Door door = Door.open()) {
            door.send("orders", "12345");
            door.pull("orders", "billing", "wait=0").is(200);
            door.get("/v1/topics/nothing").is(404);
            door.get("/nowhere").is(404);

            Reply reply = door.get("/metrics").is(200);

            assertThat(reply.contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
            Pattern sample = Pattern.compile("[a-z_]+(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*})? [0-9.E+-]+");
            assertThat(reply.text().lines().filter(line -> !line.startsWith("#")))
                    .allMatch(line -> sample.matcher(line).matches());
            assertThat(reply.text().lines().filter(line -> line.startsWith("# TYPE")))
                    .doesNotHaveDuplicates();
            assertThat(door.metric("sluice_http_messages_in_total")).isEqualTo(1);
            assertThat(door.metric("sluice_http_messages_out_total{via=\"pull\"}"))
                    .isEqualTo(1);
            assertThat(door.metric("sluice_http_request_body_bytes_total")).isEqualTo(5);
            assertThat(door.metric("sluice_http_response_body_bytes_total")).isPositive();
            assertThat(door.metric(
                            "sluice_http_requests_total{route=\"POST /v1/topics/{topic}/messages\",status=\"201\"}"))
                    .isEqualTo(1);
            assertThat(door.metric("sluice_http_requests_total{route=\"GET /v1/topics/{topic}\",status=\"404\"}"))
                    .isEqualTo(1);
            assertThat(door.metric("sluice_http_requests_total{route=\"none\",status=\"404\"}"))
                    .isEqualTo(1);
            String pull = "route=\"POST /v1/topics/{topic}/groups/{group}/pull\"";
            assertThat(door.metric("sluice_http_request_duration_seconds_count{" + pull + "}"))
                    .isEqualTo(1);
            assertThat(door.metric("sluice_http_request_duration_seconds_bucket{le=\"+Inf\"," + pull + "}"))
                    .isEqualTo(1);
            await().until(() -> door.metric("sluice_http_requests_open") == 0);
        }
    }
}

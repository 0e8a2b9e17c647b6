package io.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.SluiceClient;
import io.sluice.client.live.LiveCluster;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every example does what it says. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ExamplesTest {
    @TempDir
    static Path directory;

    private static LiveCluster cluster;

    private SluiceClient client;

    @BeforeAll
    static void startCluster() {
        cluster = LiveCluster.start(directory, "broker-a");
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @BeforeEach
    void connect() {
        client = SluiceClient.connect(cluster.nameServerAddress());
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void simple() throws Exception {
        assertThat(Simple.run(client)).isEqualTo(List.of("asynchronous", "one-way", "waited for"));
    }

    @Test
    void ordered() throws Exception {
        assertThat(Ordered.run(client)).isEqualTo(List.of("created", "paid", "shipped"));
    }

    @Test
    void broadcast() throws Exception {
        assertThat(Broadcast.run(client)).isEqualTo(List.of("to all", "to all"));
    }

    @Test
    void delayed() throws Exception {
        assertThat(Delayed.run(client)).isEqualTo(List.of("recalled: true", "after a second"));
    }

    @Test
    void batch() throws Exception {
        assertThat(Batch.run(client)).isEqualTo(List.of("1", "2", "3"));
    }

    @Test
    void filtered() throws Exception {
        assertThat(Filtered.run(client)).isEqualTo(List.of("by tag: cheap", "by SQL: dear"));
    }

    @Test
    void transactional() throws Exception {
        assertThat(Transactional.run(client)).isEqualTo(List.of("asked", "told"));
    }

    @Test
    void litePull() {
        assertThat(LitePull.run(client)).isEqualTo(List.of("0", "1", "again 1"));
    }

    @Test
    void requestReply() {
        assertThat(RequestReply.run(client)).isEqualTo(List.of("hello world"));
    }

    @Test
    void unitsOfWork() {
        assertThat(UnitsOfWork.run(client)).isEqualTo(List.of("held", "held before", "bill for 42 screws"));
    }

    @Test
    void idempotent() {
        assertThat(Idempotent.run(client)).allSatisfy(line -> assertThat(line).endsWith("true"));
    }

    @Test
    void polling() {
        assertThat(Polling.run(client)).isEqualTo(List.of("message 0", "message 1", "message 2", "message 3"));
    }

    @Test
    void leasing() {
        assertThat(Leasing.run(client)).isEqualTo(List.of("easy at attempt 1", "hard at attempt 2"));
    }
}

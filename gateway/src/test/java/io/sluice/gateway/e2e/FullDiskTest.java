package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.AcknowledgedMessages;
import io.sluice.gateway.node.AcknowledgedMessages.Tally;
import io.sluice.gateway.node.Health;
import io.sluice.gateway.node.NodeProcess;
import io.sluice.gateway.node.SmallVolume;
import io.sluice.port.BrokerPort;
import io.sluice.port.SendOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file system that is really full, under a node that writes. */
@Tag("crash")
class FullDiskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int VOLUME_MB = 192;
    private static final long ROOM_BYTES = 24L << 20;

    /** Limits of the node that let it write until the file system itself says no. */
    private static final List<String> NO_WATERMARK =
            List.of("diskFreeMinBytes=0", "diskSpaceWarningLevelRatio=100", "diskSpaceCleanForciblyRatio=100");

    @TempDir
    Path directory;

    private SmallVolume volume;
    private final AcknowledgedMessages messages = new AcknowledgedMessages("Filling", 4000);

    @BeforeEach
    void mount() {
        try {
            volume = SmallVolume.mount(directory, VOLUME_MB);
        } catch (SmallVolume.NotPossible refused) {
            Assumptions.abort(refused.getMessage());
        }
    }

    @AfterEach
    void unmount() {
        if (volume != null) {
            volume.close();
        }
    }

    private NodeProcess node(List<String> limits) {
        return NodeProcess.up(
                volume.root().resolve("data"),
                Stream.concat(limits.stream(), Stream.of("mappedFileSizeCommitLog=4194304"))
                        .toArray(String[]::new));
    }

    private void assertSound(BrokerPort port) {
        Tally tally = messages.tally(port);
        assertThat(tally.isSound()).as(tally.toString()).isTrue();
    }

    private SendOutcome.Refused fill(BrokerPort port) {
        messages.send(port, () -> messages.refusal().isPresent());
        return messages.refusal().orElseThrow();
    }

    private void resumesWhenThereIsRoom(BrokerPort port, Path ballast) throws IOException {
        Files.delete(ballast);
        await().atMost(PATIENCE).until(() -> messages.sendOne(port) instanceof SendOutcome.Stored);
        assertSound(port);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aNodeRefusesSendsOnAFullDiskServesReadsRestartsOnItAndResumes(boolean cleanly) throws IOException {
        Path ballast;
        try (NodeProcess node = node(NO_WATERMARK);
                BrokerPort port = node.port()) {
            messages.createTopic(port);
            assertThat(messages.sendOne(port)).isInstanceOf(SendOutcome.Stored.class);
            ballast = volume.ballast("ballast", ROOM_BYTES);

            SendOutcome.Refused refused = fill(port);

            assertThat(refused.remedy()).contains("no room").contains("resume");
            assertThat(messages.count()).isGreaterThan(100);
            assertThat(Health.ready(node).status()).isEqualTo(503);
            assertThat(Health.ready(node).text()).contains("no room");
            assertThat(Health.live(node).status()).isEqualTo(200);
            assertSound(port);
            if (cleanly) {
                node.stop();
            } else {
                node.kill();
            }
        }
        try (NodeProcess node = node(NO_WATERMARK);
                BrokerPort port = node.port()) {
            assertSound(port);
            fill(port);
            resumesWhenThereIsRoom(port, ballast);
            messages.send(port, enoughMore(500));
            assertThat(node.stop()).isIn(0, 143);
        }
        try (NodeProcess node = node(NO_WATERMARK);
                BrokerPort port = node.port()) {
            assertSound(port);
        }
    }

    private BooleanSupplier enoughMore(int more) {
        int wanted = messages.count() + more;
        return () -> messages.count() >= wanted;
    }

    @Test
    void theWatermarkRefusesBeforeTheDiskIsFullNamesItselfAndLetsSendsInAgain() throws IOException {
        List<String> limits = List.of(
                "diskFreeMinBytes=" + (48L << 20), "diskSpaceWarningLevelRatio=100", "diskSpaceCleanForciblyRatio=100");
        try (NodeProcess node = node(limits);
                BrokerPort port = node.port()) {
            messages.createTopic(port);
            assertThat(messages.sendOne(port)).isInstanceOf(SendOutcome.Stored.class);
            Path ballast = volume.ballast("ballast", 40L << 20);
            await().atMost(PATIENCE).until(() -> messages.sendOne(port) instanceof SendOutcome.Refused);

            SendOutcome.Refused refused = messages.refusal().orElseThrow();

            assertThat(refused.remedy()).contains("diskFreeMinBytes is 48 MiB").contains("resume");
            assertThat(volume.usableBytes()).as("room that is left").isGreaterThan(8L << 20);
            assertSound(port);
            resumesWhenThereIsRoom(port, ballast);
            assertThat(Health.ready(node).status()).isEqualTo(200);
        }
    }
}

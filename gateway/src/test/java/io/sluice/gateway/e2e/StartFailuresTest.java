package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.LineProcess;
import io.sluice.gateway.node.NodeProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees when a node cannot start: one clear line, an exit code other than 0, nothing touched. */
class StartFailuresTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final String[] FREE_PORTS = {"namesrvPort=0", "listenPort=0", "mqttPort=0", "httpPort=0"};

    @TempDir
    Path directory;

    private String failureOf(Path data, String... definitions) {
        try (LineProcess process = NodeProcess.start(data, definitions)) {
            assertThat(process.awaitExit(DEADLINE)).isNotZero();
            List<String> said = process.errors().stream()
                    .filter(line -> line.startsWith("sluice: "))
                    .toList();
            assertThat(said).as(process.told()).hasSize(1);
            assertThat(process.errors()).as("no stack trace").noneMatch(line -> line.startsWith("\tat "));
            assertThat(process.output()).isEmpty();
            return said.get(0);
        }
    }

    private static String[] with(String... more) {
        return Stream.concat(Stream.of(FREE_PORTS), Stream.of(more)).toArray(String[]::new);
    }

    private static List<String> contents(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> data.relativize(file) + " " + file.toFile().length() + " "
                            + file.toFile().lastModified())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aSecondNodeOnTheSameDataDirectoryStopsAndSaysWhoHoldsIt() {
        Path data = directory.resolve("data");
        try (NodeProcess first = NodeProcess.up(data)) {
            assertThat(failureOf(data, FREE_PORTS)).contains(data.toString());
            assertThat(first.process().isAlive()).isTrue();
        }
    }

    @Test
    void aPortThatIsTakenIsNamedWithItsSettingAndTheStoreIsNotTouched() throws IOException {
        Path data = directory.resolve("data");
        try (NodeProcess node = NodeProcess.up(data)) {
            assertThat(node.stop()).isIn(0, 143);
        }
        List<String> before = contents(data);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String said =
                    failureOf(data, "namesrvPort=0", "listenPort=0", "mqttPort=" + taken.getLocalPort(), "httpPort=0");
            assertThat(said).contains("mqttPort").contains(String.valueOf(taken.getLocalPort()));
        }
        assertThat(contents(data)).isEqualTo(before);
    }

    @Test
    void aDataDirectoryThatIsAFileIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "I am no directory");
        assertThat(failureOf(file, FREE_PORTS)).contains(file + " is not a directory");
        assertThat(Files.readString(file)).isEqualTo("I am no directory");
    }

    @Test
    void anUnknownKeyIsNamedWithTheNearestKnownOne() {
        Path data = directory.resolve("data");
        assertThat(failureOf(data, with("flushDiskTyp=SYNC_FLUSH")))
                .contains("flushDiskTyp")
                .contains("'flushDiskType'");
        assertThat(data).doesNotExist();
    }

    @Test
    void anIllegalValueIsNamedWithWhatIsLegal() {
        Path data = directory.resolve("data");
        assertThat(failureOf(data, with("flushDiskType=MAYBE"))).contains("ASYNC_FLUSH, SYNC_FLUSH");
        assertThat(data).doesNotExist();
    }

    @Test
    void aCommandThatDoesNotExistIsRefused() {
        try (LineProcess process = NodeProcess.command(List.of("dance"))) {
            assertThat(process.awaitExit(DEADLINE)).isEqualTo(2);
            assertThat(process.errors()).anyMatch(line -> line.contains("dance"));
        }
    }
}

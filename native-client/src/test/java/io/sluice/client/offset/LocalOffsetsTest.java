package io.sluice.client.offset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.SluiceException;
import io.sluice.model.TopicName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalOffsetsTest {
    private static final GroupName GROUP = new GroupName("G");
    private static final MessageQueue FIRST = new MessageQueue(new TopicName("T"), "broker-a", 0);
    private static final MessageQueue SECOND = new MessageQueue(new TopicName("T"), "broker-a", 1);

    @TempDir
    Path directory;

    private static OptionalLong found(LocalOffsets offsets, MessageQueue queue) {
        return offsets.find(queue).toCompletableFuture().join();
    }

    @Test
    void whatWasStoredIsFoundByTheNextOne() {
        LocalOffsets before = LocalOffsets.open(directory.resolve("deep/er"), GROUP);
        before.store(FIRST, 17);
        before.store(SECOND, 5);
        before.store(SECOND, 6);
        before.close();

        LocalOffsets after = LocalOffsets.open(directory.resolve("deep/er"), GROUP);

        assertThat(found(after, FIRST)).hasValue(17);
        assertThat(found(after, SECOND)).hasValue(6);
        assertThat(found(after, new MessageQueue(new TopicName("U"), "broker-a", 0)))
                .isEmpty();
        after.close();
    }

    @Test
    void aDamagedFileIsNamedWithItsLine() throws IOException {
        Files.writeString(directory.resolve("G.offsets"), "T broker-a zero 17");

        assertThatThrownBy(() -> LocalOffsets.open(directory, GROUP))
                .isInstanceOf(SluiceException.class)
                .hasMessageContaining("T broker-a zero 17")
                .hasMessageContaining("G.offsets");
    }

    @Test
    void aStoreThatFailsSaysSo() throws IOException {
        LocalOffsets offsets = LocalOffsets.open(directory.resolve("gone"), GROUP);
        Files.delete(directory.resolve("gone"));

        assertThat(offsets.store(FIRST, 1).handle((done, failure) -> failure != null))
                .succeedsWithin(java.time.Duration.ofMinutes(1))
                .isEqualTo(true);
        offsets.close();
    }
}

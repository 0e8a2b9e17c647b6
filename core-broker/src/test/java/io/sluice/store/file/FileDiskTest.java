package io.sluice.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileDiskTest {
    private final Disk disk = new FileDisk();

    @TempDir
    Path directory;

    @Test
    void anInterruptedThreadReadsAndWritesAndClosesTheFileUnderNobody() throws IOException {
        Path path = directory.resolve("file");
        disk.create(path, 16);
        try (ChannelFile file = disk.open(path, Disk.Access.WRITE)) {
            ByteBuffer read = ByteBuffer.allocate(8);
            Thread.currentThread().interrupt();
            file.write(ByteBuffer.allocate(8).putLong(0, 42), 3);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            assertThat(file.read(read, 3)).isEqualTo(8);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(read.getLong(0)).isEqualTo(42);
            assertThat(file.length()).isEqualTo(16);
            file.force();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16 << 10, 2 << 20})
    void roomIsMadeExactlyWhereItIsAskedFor(int pieceBytes) throws IOException {
        int bytes = 5 << 20;
        Path path = directory.resolve("file");
        disk.create(path, bytes);
        try (MappedFile file = disk.map(path, Disk.Access.WRITE)) {
            ByteBuffer memory = file.bytes();
            for (int at = 0; at < bytes; at++) {
                memory.put(at, (byte) 1);
            }
            file.allocate(1000, bytes - 1000, pieceBytes);
            for (int at = 0; at < bytes; at++) {
                int expected = at >= 1000 && at < bytes - 1000 ? 0 : 1;
                if (memory.get(at) != expected) {
                    assertThat(memory.get(at)).as("byte %d", at).isEqualTo((byte) expected);
                }
            }
        }
    }

    private OsMappedFile mapped(Path path, AtomicInteger number) throws IOException {
        return OsMappedFile.map(path, Disk.Access.WRITE, (file, attributes) -> number.incrementAndGet());
    }

    @Test
    void aMountThatNumbersItsFilesAnewIsNoLoss() throws IOException {
        Path path = directory.resolve("file with a blank");
        disk.create(path, 4096);
        try (OsMappedFile file = mapped(path, new AtomicInteger())) {
            for (int look = 0; look < 20; look++) {
                assertThat(file.lost()).isEmpty();
            }
        }
    }

    @Test
    void onAMountThatNumbersItsFilesAnewAReplacedFileIsALossToo() throws IOException {
        Path path = directory.resolve("file");
        disk.create(path, 4096);
        try (OsMappedFile file = mapped(path, new AtomicInteger())) {
            assertThat(file.lost()).isEmpty();
            Path other = directory.resolve("other");
            disk.create(other, 4096);
            disk.rename(other, path);
            assertThat(file.lost()).contains("is another file now");
        }
    }

    @Test
    void aFileThatIsReplacedCutOrDeletedIsLost() throws IOException {
        Path path = directory.resolve("file");
        disk.create(path, 4096);
        try (MappedFile file = disk.map(path, Disk.Access.WRITE)) {
            assertThat(file.lost()).isEmpty();
            FileDisk.setLength(path, 100);
            assertThat(file.lost()).contains("has 100 bytes where it had 4096");
            disk.delete(path);
            assertThat(file.lost()).contains("is gone");
            disk.create(path, 4096);
            assertThat(file.lost()).contains("is another file now");
        }
    }
}

package io.sluice.store.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.file.Disk;
import io.sluice.store.file.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Room ahead of the writer, where one segment ends and the next begins. */
class CommitLogTest {
    private static final int MB = 1 << 20;
    private static final int SEGMENT = 40 * MB;
    private static final int RECORD = MB;

    @TempDir
    Path directory;

    private CommitLog log;

    @BeforeEach
    void open() throws IOException {
        log = CommitLog.open(new FileDisk(), Disk.Access.WRITE, directory, SEGMENT, 0);
        log.beginAt(0, -1, 0, false);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private void append(int megabytes) throws IOException {
        for (int i = 0; i < megabytes; i++) {
            long at = log.reserve(RECORD);
            log.advance(at + RECORD, at);
        }
    }

    /** Answers in how many steps; a preparer that never has enough fails here. */
    private static int prepareAll(CommitLog log) throws IOException {
        int steps = 0;
        while (log.prepare(0) > 0) {
            assertThat(++steps).isLessThanOrEqualTo(2 * SEGMENT / MB);
        }
        return steps;
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theNextSegmentIsThereLongBeforeThePresentOneEnds() throws IOException {
        append(1);
        assertThat(prepareAll(log)).isPositive();
        assertThat(files()).containsExactly("00000000000000000000", "00000000000041943040");
    }

    @Test
    void thePreparerIsWokenForRoomInTheNextSegmentToo() throws IOException {
        append(12);
        assertThat(prepareAll(log)).isPositive();
        assertThat(log.isRoomLow()).as("32 MB ahead").isFalse();
        append(9);
        assertThat(log.isRoomLow())
                .as("23 MB ahead, the last of them in the next segment")
                .isTrue();
        assertThat(prepareAll(log)).isPositive();
        assertThat(log.isRoomLow()).isFalse();
        append(30);
        assertThat(log.isRoomLow()).as("as much is used up of the next segment").isTrue();
    }

    @Test
    void whereNothingMoreCanBePreparedThePreparerMaySleep() throws IOException {
        CommitLog small = CommitLog.open(new FileDisk(), Disk.Access.WRITE, directory.resolve("small"), 2 * MB, 0);
        try (small) {
            small.beginAt(0, -1, 0, false);
            long at = small.reserve(RECORD);
            small.advance(at + RECORD, at);
            assertThat(small.isRoomLow()).as("there is no next segment").isTrue();
            assertThat(prepareAll(small)).isPositive();
            assertThat(small.isRoomLow()).as("all of both segments is room").isFalse();
        }
    }
}

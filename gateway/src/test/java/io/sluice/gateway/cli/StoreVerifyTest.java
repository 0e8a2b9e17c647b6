package io.sluice.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.MessageProperties;
import io.sluice.store.MessageStore;
import io.sluice.store.StoreConfig;
import io.sluice.store.file.FileDisk;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code sluice store verify} says and returns, of directories that were damaged in every way that has a code. */
class StoreVerifyTest {
    private static final String FIRST_LOG_FILE = "store/commitlog/00000000000000000000";
    private static final String FIRST_QUEUE_FILE = "store/consumequeue/T/0/00000000000000000000";
    private static final int MESSAGES = 100;

    @TempDir
    Path data;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final ByteArrayOutputStream complained = new ByteArrayOutputStream();

    @BeforeEach
    void writeStore() {
        try (MessageStore store = open()) {
            for (int i = 0; i < MESSAGES; i++) {
                store.append(record("body-" + i));
            }
        }
    }

    private MessageStore open() {
        StoreConfig config = StoreConfig.in(data.resolve("store"))
                .withLogSegmentBytes(16 * 1024)
                .withQueueSegmentBytes(2_000)
                .withIndexSlots(50)
                .withIndexEntries(200)
                .withDiskFreeMinBytes(0);
        return MessageStore.open(config, new FileDisk(), InstantSource.system());
    }

    private static NewRecord record(String body) {
        InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 10911);
        return new NewRecord(
                "T",
                0,
                0,
                0,
                1_700_000_000_000L,
                here,
                0,
                0,
                ByteBuffer.wrap((body + "x".repeat(200)).getBytes(StandardCharsets.UTF_8)),
                ByteBuffer.wrap(PropertiesCodec.encode(MessageProperties.of(Map.of("KEYS", body)))),
                true);
    }

    private int verify() {
        return run("store", "verify", data.toString());
    }

    private int run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        try {
            System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
            return SluiceCommand.run(arguments);
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private static void overwrite(Path file, long position, int... bytes) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(bytes.length);
        for (int b : bytes) {
            content.put((byte) b);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(content.flip(), position);
        }
    }

    private static void truncate(Path file, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }

    @Test
    void aStoreInOrderIsCodeZero() {
        assertThat(verify()).isZero();
        assertThat(said()).contains("stopped properly", "100 records", "1 queues with 100 entries", "nothing is wrong");
    }

    @Test
    void aDamagedMessageIsCodeOneAndItsPlaceIsNamed() throws IOException {
        overwrite(data.resolve(FIRST_LOG_FILE), 5_000, 1, 2, 3);
        assertThat(verify()).isEqualTo(1);
        assertThat(said()).contains("99 records", "LOSS log offset ", "hold no whole record", "messages are damaged");
    }

    @Test
    void aTornEndOfAStoreThatWasStoppedIsCodeOne() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("store/commitlog"))) {
            Path last = files.sorted().reduce((one, two) -> two).orElseThrow();
            byte[] content = Files.readAllBytes(last);
            int end = content.length;
            while (content[end - 1] == 0) {
                end--;
            }
            overwrite(last, end - 30, new int[30]);
        }
        assertThat(verify()).isEqualTo(1);
        assertThat(said()).contains("LOSS log offset ", "the log ends in something that is no whole record");
    }

    @Test
    void damagedQueueEntriesAreCodeThreeAndOpeningPutsThemRight() throws IOException {
        overwrite(data.resolve(FIRST_QUEUE_FILE), 200, 0, 0, 0, 0, 0, 0, 9);
        assertThat(verify()).isEqualTo(3);
        assertThat(said())
                .contains("NOTE queue T/0: 1 entries are missing or wrong, the first is 10; their messages are whole")
                .contains("every message is whole; opening the store puts the rest right");
    }

    @Test
    void aMissingQueueFileIsCodeThree() throws IOException {
        Files.delete(data.resolve(FIRST_QUEUE_FILE));
        assertThat(verify()).isEqualTo(3);
        assertThat(said()).contains("NOTE queue T/0: 100 entries are missing or wrong, the first is 0");
    }

    @Test
    void aQueueFileCutOffIsCodeThree() throws IOException {
        truncate(data.resolve(FIRST_QUEUE_FILE), 300);
        assertThat(verify()).isEqualTo(3);
        assertThat(said()).contains("NOTE queue T/0: 85 entries are missing or wrong, the first is 15");
    }

    @Test
    void aDamagedIndexFileIsCodeThree() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("store/index"))) {
            truncate(files.sorted().findFirst().orElseThrow(), 100);
        }
        assertThat(verify()).isEqualTo(3);
        assertThat(said()).contains("NOTE " + data.resolve("store/index"));
    }

    @Test
    void aStoreThatWasKilledIsInOrderAsFarAsItWasWritten() throws IOException {
        Files.writeString(data.resolve("store/abort"), "1");
        assertThat(verify()).isZero();
        assertThat(said()).contains("not stopped properly", "nothing is wrong");
    }

    @Test
    void damageThatWasFoundIsGoneFromWhatIsServedAndVerifyStillTellsOfIt() throws IOException {
        overwrite(data.resolve(FIRST_LOG_FILE), 5_000, 1, 2, 3);
        open().close();
        assertThat(verify()).isEqualTo(1);
        assertThat(said()).contains("LOSS");
    }

    @Test
    void aDirectoryWithoutAStoreIsCodeOneWithASentence() {
        assertThat(run("store", "verify", data.resolve("elsewhere").toString())).isEqualTo(1);
        assertThat(complained.toString(StandardCharsets.UTF_8))
                .contains("holds no store")
                .doesNotContain("\tat ");
    }

    @Test
    void aStoreInUseIsCodeOneWithASentence() {
        try (MessageStore running = open()) {
            assertThat(running.queues()).hasSize(1);
            assertThat(verify()).isEqualTo(1);
        }
        assertThat(complained.toString(StandardCharsets.UTF_8))
                .contains("in use")
                .doesNotContain("\tat ");
    }

    @Test
    void aLogFileCutOffIsCodeOneWithItsNameAndServesTheRestWhenOpened() throws IOException {
        truncate(data.resolve(FIRST_LOG_FILE), 5_000);
        assertThat(verify()).isEqualTo(1);
        assertThat(said()).contains("bytes of file 00000000000000000000 are not there");
        open().close();
        said.reset();
        assertThat(verify()).isEqualTo(1);
        assertThat(said()).contains("LOSS log offset ");
    }

    @Test
    void aMissingDirectoryArgumentIsCodeTwo() {
        assertThat(run("store", "verify")).isEqualTo(2);
    }

    @Test
    void aCopyIsCheckedWhereItLies() throws IOException {
        Path copy = data.resolve("copy");
        try (Stream<Path> files = Files.walk(data.resolve("store"))) {
            for (Path file : files.toList()) {
                Path target = copy.resolve(data.resolve("store").relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
        assertThat(run("store", "verify", copy.toString())).isZero();
    }
}

package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.store.file.Disk;
import io.sluice.store.file.FileDisk;
import io.sluice.store.log.DelayLevels;
import io.sluice.store.tool.NotAStoreException;
import io.sluice.store.tool.StoreDump;
import io.sluice.store.tool.StoreUsage;
import io.sluice.store.tool.StoreVerifier;
import io.sluice.store.tool.VerifyReport;
import io.sluice.store.tool.VerifyReport.Finding;
import io.sluice.store.tool.VerifyReport.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolTest {
    private static final DelayLevels LEVELS = DelayLevels.parse(StoreConfig.DELAY_LEVELS_DEFAULT);

    @TempDir
    Path directory;

    private final Disk disk = new FileDisk();

    private Path unpack(String archive) throws IOException {
        TarGz.unpack(archive + ".tar.gz", directory);
        return directory.resolve("store");
    }

    private VerifyReport verify(Path store) {
        return StoreVerifier.verify(store, disk, LEVELS);
    }

    @ParameterizedTest
    @CsvSource({
        "store-4.9.4-clean, 69, 110",
        "store-4.9.4-crash, 69, 110",
        "store-5.3.3-clean, 73, 113",
        "store-5.3.3-light-queues, 82, 0"
    })
    void genuineStoresAreFoundInOrder(String archive, int records, int indexEntries) throws IOException {
        VerifyReport report = verify(unpack(archive));
        assertThat(report.findings()).isEmpty();
        assertThat(report.sound()).isTrue();
        assertThat(report.records()).isEqualTo(records);
        assertThat(report.queueEntries()).isGreaterThanOrEqualTo(records);
        if (indexEntries > 0) {
            assertThat(report.indexEntries()).isEqualTo(indexEntries);
        }
        assertThat(report.text()).contains("nothing is wrong");
    }

    @Test
    void lookingChangesNothing() throws IOException {
        Path store = unpack("store-5.3.3-crash");
        Map<Path, FileTime> before = times(store);
        verify(store);
        StoreUsage.of(store, disk);
        StoreDump.dump(store, disk, StoreDump.Selection.ALL, new StringBuilder());
        assertThat(times(store)).isEqualTo(before);
    }

    private static Map<Path, FileTime> times(Path store) throws IOException {
        Map<Path, FileTime> times = new TreeMap<>();
        try (var files = Files.walk(store)) {
            for (Path file : files.toList()) {
                times.put(file, Files.getLastModifiedTime(file));
            }
        }
        return times;
    }

    @Test
    void ownStoresAreFoundInOrderAlsoWithLostMessagesInBetween() {
        try (MessageStore store = Stores.open(directory)) {
            for (int i = 0; i < 200; i++) {
                Stores.append(
                        store,
                        Stores.record(
                                "T" + i % 3,
                                i % 2,
                                ("m" + i).repeat(50).getBytes(StandardCharsets.UTF_8),
                                Map.of("KEYS", "k" + i, "TAGS", "t")));
                Stores.append(store, Stores.record("SCHEDULE_TOPIC_XXXX", 2, new byte[3], Map.of("DELAY", "3")));
            }
        }
        VerifyReport report = verify(directory);
        assertThat(report.findings()).isEmpty();
        assertThat(report.stopped()).isTrue();
        assertThat(report.records()).isEqualTo(400);
        assertThat(report.queueEntries()).isEqualTo(400);
        assertThat(report.indexEntries()).isEqualTo(200);
    }

    @Test
    void aDamagedMessageIsALoss() throws IOException {
        Path store = unpack("store-5.3.3-clean");
        flip(store.resolve("commitlog/00000000000000000000"), 335);
        VerifyReport report = verify(store);
        assertThat(report.sound()).isFalse();
        assertThat(report.findings())
                .extracting(Finding::severity, Finding::place)
                .contains(tuple(Severity.LOSS, "log offset 246"));
        assertThat(report.text()).contains("messages are damaged");
    }

    @Test
    void damagedQueuesAndIndexesAreNotedByPlace() throws IOException {
        Path store = unpack("store-5.3.3-clean");
        flip(store.resolve("consumequeue/TagTopic/0/00000000000000000000"), 47);
        flip(store.resolve("consumequeue/KeyTopic/0/00000000000000000000"), 19);
        Path index = store.resolve("index/20261121011834908");
        flip(index, 40 + 4000 + 20 * 5 + 19);
        Files.delete(store.resolve("consumequeue/SqlTopic/0/00000000000000000000"));
        VerifyReport report = verify(store);
        assertThat(report.sound()).isTrue();
        assertThat(report.findings())
                .allSatisfy(finding -> assertThat(finding.severity()).isEqualTo(Severity.NOTE))
                .extracting(Finding::place)
                .contains("queue TagTopic/0", "queue KeyTopic/0 entry 0", "queue SqlTopic/0", index.toString());
    }

    /** A store of six log files, properly stopped. */
    private List<Path> sixLogFiles() throws IOException {
        try (MessageStore store = Stores.open(directory)) {
            while (store.logRange().max() < 5 * 64 * 1024 + 30_000) {
                Stores.append(store, "Topic", 0, "x".repeat(900));
            }
        }
        try (var files = Files.list(directory.resolve("commitlog"))) {
            List<Path> log = files.sorted().toList();
            assertThat(log).hasSize(6);
            return log;
        }
    }

    @Test
    void behindFilesThatAreCutOffGoneOrDamagedEveryOtherIsLookedAt() throws IOException {
        List<Path> log = sixLogFiles();
        VerifyReport whole = verify(directory);
        assertThat(whole.sound()).isTrue();
        int size = 91 + "Topic".length() + 900;
        long recordsPerFile = (64 * 1024 - 8) / size;
        // cut in the middle, gone, all zeros and then one whose first record is damaged
        Files.write(log.get(1), Arrays.copyOf(Files.readAllBytes(log.get(1)), 30_000));
        Files.delete(log.get(2));
        Files.write(log.get(3), new byte[64 * 1024]);
        flip(log.get(4), 7);
        flip(log.get(5), 120);
        VerifyReport report = verify(directory);
        assertThat(report.sound()).isFalse();
        assertThat(report.logEnd()).isEqualTo(whole.logEnd());
        assertThat(report.findings())
                .filteredOn(finding -> finding.severity() == Severity.LOSS)
                .extracting(Finding::place)
                .anyMatch(place -> offsetOf(place) > 64 * 1024 && offsetOf(place) <= 64 * 1024 + 30_000)
                .contains(
                        "log offset " + (64 * 1024 + 30_000),
                        "log offset " + 3 * 64 * 1024,
                        "log offset " + 4 * 64 * 1024,
                        "log offset " + 5 * 64 * 1024);
        assertThat(report.text()).contains("are not there").contains("hold no whole record");
        long lost = recordsPerFile - 30_000 / size + 2 * recordsPerFile + 2;
        assertThat(report.records()).isEqualTo(whole.records() - lost);
    }

    private static long offsetOf(String place) {
        return Long.parseLong(place.replaceAll("\\D", ""));
    }

    @Test
    void aLogThatLostItsLastFileIsToldByWhereItHadBeen() throws IOException {
        Files.delete(sixLogFiles().get(5));
        VerifyReport report = verify(directory);
        assertThat(report.sound()).isFalse();
        assertThat(report.text()).contains("LOSS log offset 327680: the log ends here; it had reached offset");
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[at] ^= 4;
        Files.write(file, content);
    }

    @Test
    void aStoreInUseAndADirectoryWithoutOneAreRefused() {
        assertThatThrownBy(() -> verify(directory))
                .isInstanceOf(NotAStoreException.class)
                .hasMessageContaining("holds no store");
        try (MessageStore store = Stores.open(directory)) {
            Stores.append(store, "T", 0, "a");
            assertThatThrownBy(() -> verify(directory))
                    .isInstanceOf(NotAStoreException.class)
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void aDumpHasOneLinePerRecordWithEveryField() throws IOException {
        StringBuilder out = new StringBuilder();
        long printed = StoreDump.dump(unpack("store-5.3.3-clean"), disk, StoreDump.Selection.ALL, out);
        List<String> lines = out.toString().lines().toList();
        assertThat(printed).isEqualTo(73);
        assertThat(lines).hasSize(73);
        assertThat(lines.get(0))
                .startsWith("{\"logOffset\":0,\"size\":246,\"topic\":\"PlainTopic\",\"queueId\":0,\"queueOffset\":0,")
                .contains("\"storeHost\":\"127.0.0.1:30911\"", "\"WAIT\":\"true\"")
                .endsWith("\"body\":\"plain-0\"}");
        assertThat(lines).anyMatch(line -> line.contains("\"bornHost\":\"[0:0:0:0:0:0:0:1]:"));
        assertThat(lines).anyMatch(line -> line.contains("\"body\":\"" + "z".repeat(5000) + "\""));
    }

    @Test
    void aDumpMayBeOfOneTopicAndShort() throws IOException {
        StringBuilder out = new StringBuilder();
        StoreDump.dump(unpack("store-5.3.3-clean"), disk, new StoreDump.Selection("TagTopic", 0, 2, false), out);
        assertThat(out.toString().lines()).hasSize(2).allSatisfy(line -> assertThat(line)
                .contains("\"topic\":\"TagTopic\"", "\"bodyBytes\":5")
                .doesNotContain("\"body\""));
    }

    @Test
    void usageAddsUpPerTopic() throws IOException {
        StoreUsage usage = StoreUsage.of(unpack("store-5.3.3-clean"), disk);
        assertThat(usage.topics().get(0).name()).isEqualTo("BigTopic");
        assertThat(usage.topics().get(0).messages()).isEqualTo(5);
        assertThat(usage.topics().get(0).bytes()).isGreaterThan(1_250_000);
        assertThat(usage.queueBytes()).isEqualTo(20 * 20_000);
        assertThat(usage.indexBytes()).isEqualTo(84_040);
        assertThat(usage.text()).contains("BigTopic").contains("(log; queue files 400000 bytes");
    }
}

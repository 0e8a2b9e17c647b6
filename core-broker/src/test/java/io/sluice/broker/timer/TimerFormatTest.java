package io.sluice.broker.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.broker.timer.TimerFacts.Kind;
import io.sluice.store.LossyDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The examples of docs/formats/timer-index.md. */
class TimerFormatTest {
    private static final long DUE = 1_700_000_000_000L;

    private static final String PAGE = page();

    private static String page() {
        Path path = Path.of(System.getProperty("sluice.root"), "docs", "formats", "timer-index.md");
        try {
            return Files.readString(path);
        } catch (IOException missing) {
            throw new AssertionError(path + " cannot be read", missing);
        }
    }

    /** The bytes of the example that begins with these. */
    private static byte[] example(String beginning) {
        int from = PAGE.indexOf("\n" + beginning) + 1;
        StringBuilder hex = new StringBuilder();
        for (String line : PAGE.substring(from, PAGE.indexOf("```", from)).split("\n")) {
            hex.append(line.replaceFirst("  .*", "").replace(" ", ""));
        }
        return HexFormat.of().parseHex(hex);
    }

    @Test
    void factsAreWrittenAndReadAsThePageShows() {
        TimerFacts facts = new TimerFacts()
                .add(Kind.DELIVERED, "Jobs", TimerEntry.gone(DUE, 4096))
                .add(Kind.DELIVERED, "Jobs", TimerEntry.gone(DUE, 5120))
                .add(Kind.DROPPED, "Jobs", TimerEntry.gone(DUE, 8192));
        ByteBuffer encoded = facts.encode();
        byte[] bytes = new byte[encoded.remaining()];
        encoded.duplicate().get(bytes);
        assertThat(bytes).isEqualTo(example("01    "));
        assertThat(TimerFacts.decode(encoded).all()).isEqualTo(facts.all());
    }

    @Test
    void factsThatAreDamagedAreRefusedWithASentence() {
        byte[] whole = example("01    ");
        for (int length = 0; length < whole.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
            boolean endsBetweenSections = length == 1 || length == 1 + 11 + 32;
            if (!endsBetweenSections) {
                assertThatThrownBy(() -> TimerFacts.decode(cut))
                        .as("%d bytes", length)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void aRunIsWrittenAsThePageShows() throws IOException {
        LossyDisk disk = new LossyDisk(1);
        disk.createDirectories(Path.of("/store/timerindex"));
        Path file = Path.of("/store/timerindex/1.run");
        TimerEntry entry = new TimerEntry(DUE, 4096, 300, "Jobs".hashCode());
        Run.write(disk, file, 1, List.of(entry), 1).release();
        assertThat(disk.read(file, 1000)).isEqualTo(example("53 4c"));
        assertThat(Run.open(disk, file, 1).count()).isEqualTo(1);
    }

    @Test
    void aSnapshotIsWrittenAndReadAsThePageShows() {
        String text = "sluice-timers 1 120 17\nrun 3 4096\ntopic Jobs 812\nend 3\n";
        assertThat(PAGE).contains(text);
        TimerSnapshot snapshot =
                new TimerSnapshot(120, 17, List.of(new TimerIndex.Place(3, 4096)), Map.of("Jobs", 812L));
        assertThat(snapshot.text()).isEqualTo(text);
        assertThat(TimerSnapshot.parse(text)).isEqualTo(snapshot);
        assertThatThrownBy(() -> TimerSnapshot.parse(text.replace("end 3\n", "")))
                .hasMessageContaining("line");
    }
}

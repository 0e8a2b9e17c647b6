package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.store.file.FileDisk;
import io.sluice.store.table.DamagedTableException;
import io.sluice.store.table.TableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableFileTest {
    /** A table is a number in braces here. */
    private static final Function<String, Integer> NUMBER = text -> {
        if (!text.startsWith("{") || !text.endsWith("}")) {
            throw new IllegalArgumentException("no closing brace at " + text.length());
        }
        return Integer.parseInt(text.substring(1, text.length() - 1));
    };

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("config/topics.json");
    }

    private TableFile table() {
        return new TableFile(new FileDisk(), file());
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(file().getParent());
        Files.writeString(file().resolveSibling(name), text);
    }

    @Test
    void aTableThatWasNeverSavedIsAbsent() {
        assertThat(table().load(NUMBER)).isEmpty();
    }

    @Test
    void theNewestTextComesBackAndTheOneBeforeIsTheBackup() throws IOException {
        TableFile table = table();
        table.save("{1}");
        table.save("{2}");
        table.save("{3}");
        assertThat(table().load(NUMBER)).contains(3);
        assertThat(Files.readString(file().resolveSibling("topics.json.bak"))).isEqualTo("{2}");
        assertThat(file().resolveSibling("topics.json.tmp")).doesNotExist();
    }

    @Test
    void aDamagedTableIsReplacedByItsBackup() throws IOException {
        write("topics.json", "{12");
        write("topics.json.bak", "{11}");
        TableFile table = table();
        assertThat(table.load(NUMBER)).contains(11);
        table.save("{13}");
        assertThat(Files.readString(file().resolveSibling("topics.json.bak")))
                .as("the damaged text never becomes the backup")
                .isEqualTo("{11}");
        assertThat(table().load(NUMBER)).contains(13);
    }

    @Test
    void anEmptyOrMissingTableIsReplacedByItsBackup() throws IOException {
        write("topics.json", "");
        write("topics.json.bak", "{11}");
        assertThat(table().load(NUMBER)).contains(11);
        Files.delete(file());
        assertThat(table().load(NUMBER)).contains(11);
    }

    @Test
    void whenBothAreDamagedTheLoadRefusesAndSaysWhere() throws IOException {
        write("topics.json", "{12");
        write("topics.json.bak", "");
        assertThatThrownBy(() -> table().load(NUMBER))
                .isInstanceOf(DamagedTableException.class)
                .hasMessageContaining(file().toString())
                .hasMessageContaining("no closing brace at 3")
                .hasMessageContaining("topics.json.bak is empty")
                .hasMessageContaining("put back a good copy");
        assertThat(Files.readString(file())).as("nothing is touched").isEqualTo("{12");
    }

    @Test
    void bytesThatAreNoTextAreDamage() throws IOException {
        Files.createDirectories(file().getParent());
        Files.write(file(), new byte[] {'{', (byte) 0xC3, '}'});
        assertThatThrownBy(() -> table().load(NUMBER)).hasMessageContaining("not UTF-8");
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void aSavedTableSurvivesAnyPowerCut(@ForAll long seed) {
        Random random = new Random(seed);
        LossyDisk disk = new LossyDisk(seed);
        Path path = Path.of("/config/topics.json");
        TableFile table = new TableFile(disk, path);
        int saved = -1;
        int attempted = -1;
        disk.cutAfter(random.nextInt(60));
        try {
            for (int i = 0; i < 20; i++) {
                attempted = i;
                table.save("{" + i + "}");
                saved = i;
            }
        } catch (LossyDisk.Cut cut) {
            disk.cutNow();
        }
        LossyDisk after = random.nextBoolean() ? disk.afterPowerCut() : disk.afterKill();
        Optional<Integer> found = new TableFile(after, path).load(NUMBER);
        assertThat(found.orElse(-1)).isBetween(saved, attempted);
        for (Path file : after.files()) {
            String text = new String(after.content(file), StandardCharsets.UTF_8);
            assertThat(file.toString().endsWith(".tmp") || NUMBER.apply(text) >= 0)
                    .isTrue();
        }
    }
}

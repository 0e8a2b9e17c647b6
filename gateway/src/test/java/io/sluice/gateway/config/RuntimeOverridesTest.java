package io.sluice.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.broker.settings.Overrides;
import io.sluice.store.file.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeOverridesTest {
    @TempDir
    Path store;

    private Path overrides;

    @BeforeEach
    void createDirectory() throws IOException {
        overrides = Files.createDirectories(store.resolve("config")).resolve(Overrides.FILE_NAME);
    }

    private Settings settings(Map<String, String> environment, Map<String, String> definitions) throws IOException {
        Path file = Files.writeString(
                store.resolve("sluice.conf"), "storePathRootDir=%s\nfileReservedTime=24\n".formatted(store));
        return RuntimeOverrides.ofBroker(
                new SettingsReader().read(Optional.of(file), environment, definitions), new FileDisk());
    }

    @Test
    void withoutTheFileNothingChanges() throws IOException {
        assertThat(settings(Map.of(), Map.of()).text("fileReservedTime")).isEqualTo("24");
    }

    @Test
    void aChangeAtRunTimeCountsMoreThanFileAndEnvironmentAndLessThanADefinition() throws IOException {
        Files.writeString(overrides, Overrides.write(Map.of("fileReservedTime", "48", "deleteWhen", "03;04")));
        Settings settings = settings(Map.of("SLUICE_DELETE_WHEN", "05"), Map.of());
        assertThat(settings.text("fileReservedTime")).isEqualTo("48");
        assertThat(settings.text("deleteWhen")).isEqualTo("03;04");
        assertThat(settings.given().get("fileReservedTime").origin()).isEqualTo(overrides.toString());
        assertThat(settings(Map.of(), Map.of("fileReservedTime", "12")).text("fileReservedTime"))
                .isEqualTo("12");
    }

    @Test
    void whatCannotChangeAtRunTimeOrIsIllegalStopsTheStartAndNamesTheFile() throws IOException {
        Files.writeString(overrides, "listenPort=1\n");
        assertThatThrownBy(() -> settings(Map.of(), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("listenPort", overrides.toString(), "delete the line");
        Files.writeString(overrides, "fileReservedTime=soon\n");
        assertThatThrownBy(() -> settings(Map.of(), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("fileReservedTime=soon", overrides.toString(), "expected 1..");
    }

    @Test
    void aToolIsToldWhatIsWrongWithItsWish() {
        SettingsReader reader = new SettingsReader();
        assertThat(reader.complaint("fileReservedTime", "48")).isEmpty();
        assertThat(reader.complaint("fileReservedTime", "0").orElseThrow()).contains("expected 1..");
        assertThat(reader.complaint("fileReservdTime", "48").orElseThrow()).contains("'fileReservedTime'");
        assertThat(reader.complaint("slaveReadEnable", "true").orElseThrow()).contains("no use for");
    }
}

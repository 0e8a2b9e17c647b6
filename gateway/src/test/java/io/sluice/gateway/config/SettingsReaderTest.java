package io.sluice.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsReaderTest {
    private final SettingsReader reader = new SettingsReader();

    @TempDir
    Path directory;

    private Settings read(String file, Map<String, String> environment, Map<String, String> definitions)
            throws IOException {
        Path path = Files.writeString(directory.resolve("sluice.conf"), file);
        return reader.read(Optional.of(path), environment, definitions);
    }

    @Test
    void withoutAnythingEverySettingHasItsDefault() {
        Settings settings = reader.read(Optional.empty(), Map.of(), Map.of());
        assertThat(settings.number("listenPort")).isEqualTo(10911);
        assertThat(settings.text("flushDiskType")).isEqualTo("ASYNC_FLUSH");
        assertThat(settings.given()).isEmpty();
    }

    @Test
    void theLaterSourceWins() throws IOException {
        String file = "listenPort=1001\nmqttPort=1001\nhttpPort=1001\n";
        Map<String, String> environment = Map.of("SLUICE_MQTT_PORT", "1002", "SLUICE_HTTP_PORT", "1002");
        Settings settings = read(file, environment, Map.of("httpPort", "1003"));
        assertThat(settings.number("listenPort")).isEqualTo(1001);
        assertThat(settings.number("mqttPort")).isEqualTo(1002);
        assertThat(settings.number("httpPort")).isEqualTo(1003);
    }

    @Test
    void theVariableThatRocketmqUsersKnowIsHonoured() {
        Settings settings = reader.read(Optional.empty(), Map.of("NAMESRV_ADDR", "a:9876;b:9877"), Map.of());
        assertThat(settings.addresses("namesrvAddr")).containsExactly("a:9876", "b:9877");
    }

    @Test
    void aBrokerConfOfRocketmqIsAcceptedAndTellsWhatIsNotNeeded() throws IOException {
        Settings settings = read("""
                brokerClusterName = DefaultCluster
                brokerName = broker-x
                brokerId = 0
                deleteWhen = 04
                fileReservedTime = 48
                brokerRole = ASYNC_MASTER
                flushDiskType = ASYNC_FLUSH
                sendMessageThreadPoolNums = 16
                """, Map.of(), Map.of());
        assertThat(settings.text("brokerName")).isEqualTo("broker-x");
        assertThat(settings.accepted()).containsExactly("sendMessageThreadPoolNums");
    }

    @Test
    void anUnknownKeyIsAnErrorThatNamesTheNearestKnownOne() {
        assertThatThrownBy(() -> read("listenprot=1\n", Map.of(), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("listenprot")
                .hasMessageContaining("'listenPort'");
        assertThatThrownBy(() -> reader.read(Optional.empty(), Map.of("SLUICE_LISTENPORT", "1"), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("SLUICE_LISTEN_PORT");
    }

    @ParameterizedTest
    @CsvSource({
        "listenPort, 65536, 0..65535",
        "listenPort, many, 0..65535",
        "autoCreateTopicEnable, yes, true or false",
        "flushDiskType, SOMETIMES, SYNC_FLUSH",
        "namesrvAddr, localhost, host:port",
        "brokerName, ' ', a name",
        "brokerRole, SLAVE, ASYNC_MASTER",
        "enableControllerMode, true, false",
    })
    void anIllegalValueIsAnErrorThatSaysWhatIsLegal(String key, String value, String expected) {
        assertThatThrownBy(() -> reader.read(Optional.empty(), Map.of(), Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(expected);
    }

    @Test
    void aMissingFileIsAnErrorThatNamesIt() {
        Path missing = directory.resolve("nowhere.conf");
        assertThatThrownBy(() -> reader.read(Optional.of(missing), Map.of(), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(missing.toString());
    }

    @Test
    void everyDefaultIsLegalItself() {
        KnobTable.KNOBS.stream().filter(knob -> !knob.defaultValue().isEmpty()).forEach(knob -> assertThat(
                        knob.kind().complaint(knob.defaultValue()))
                .as(knob.key())
                .isNull());
    }
}

package io.sluice.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.settings.RuntimeSettings;
import io.sluice.namesrv.settings.NameServerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/CONFIG.md says exactly what {@link KnobTable} says. Run with {@code -Dsluice.rewrite=true} to write the page anew. */
class ConfigPageTest {
    private static final Path PAGE = Path.of(System.getProperty("sluice.root"), "docs", "CONFIG.md");

    @Test
    void thePageListsEverySettingWithItsDefaultAndMeaning() throws IOException {
        String expected = page();
        if (Boolean.getBoolean("sluice.rewrite")) {
            Files.writeString(PAGE, expected);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(expected);
    }

    private static String page() {
        StringBuilder page = new StringBuilder("""
                # Settings

                Java properties. Later wins: built-in defaults, the file (`--conf`, else `conf/sluice.conf`), environment variables
                (`SLUICE_LISTEN_PORT` for `listenPort`; `NAMESRV_ADDR` is honoured too), `-D key=value`.

                A key that nobody knows is an error which names the nearest known one. A key that an Apache RocketMQ broker knows and
                Sluice does not need is accepted and told in one log line, so an existing `broker.conf` can be used as it is.

                What the column "at run time" says yes to can be changed while the broker runs, with `mqadmin updateBrokerConfig`. Such a
                change counts at once and is written to `config/overrides.properties` of the store, never to the file that you edit. At
                start it counts more than the file and the environment and less than `-D`, and is told in the log; delete its line while
                the broker is stopped to take it back. A change of any other setting is refused with the reason.

                This page is checked against the code by a test.
                """);
        String section = "";
        for (Knob knob : KnobTable.KNOBS) {
            if (!knob.section().equals(section)) {
                section = knob.section();
                page.append("\n## ")
                        .append(section)
                        .append(
                                "\n\n| key | default | values | at run time | meaning |\n| --- | --- | --- | --- | --- |\n");
            }
            page.append("| `%s` | %s | %s | %s | %s |\n"
                    .formatted(
                            knob.key(),
                            knob.defaultValue().isEmpty() ? "" : "`" + knob.defaultValue() + "`",
                            knob.kind().shown(),
                            isChangeable(knob.key()) ? "yes" : "",
                            knob.meaning()));
        }
        return page.toString();
    }

    private static boolean isChangeable(String key) {
        return RuntimeSettings.CHANGEABLE.contains(key) || NameServerSettings.CHANGEABLE.contains(key);
    }
}

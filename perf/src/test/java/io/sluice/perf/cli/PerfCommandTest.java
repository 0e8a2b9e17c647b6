package io.sluice.perf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class PerfCommandTest {
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        CommandLine line = PerfCommand.commandLine().setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    @Test
    void optionsThatDoNotGoTogetherAreToldInASentenceBeforeAnythingStarts() {
        assertThat(execute("load", "--client", "http", "--style", "batch")).isEqualTo(2);
        assertThat(err)
                .hasToString("--client http does not send in --style batch; it can: sync" + System.lineSeparator());
    }

    @Test
    void everyImpossibleNumberNamesItsOption() {
        assertThat(execute("load", "--bytes", "1")).isEqualTo(2);
        assertThat(execute("load", "--producers", "4", "--threads", "2")).isEqualTo(2);
        assertThat(execute("load", "--mode", "drain", "--backlog", "5")).isEqualTo(2);
        assertThat(execute("load", "--address", "here")).isEqualTo(2);
        assertThat(execute("compare", "--rounds", "0", "--scenario", "raw")).isEqualTo(2);
        assertThat(execute("limits", "--threads", "0")).isEqualTo(2);
        assertThat(execute("raw", "--broker", "here")).isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        "--bytes 1",
                        "--producers 4",
                        "--backlog 5",
                        "--address 'here'",
                        "--rounds 0",
                        "--threads 0",
                        "--broker 'here'")
                .doesNotContain("Exception");
    }

    @Test
    void aScenarioThatIsNotKnownNamesThoseThatAre() {
        assertThat(execute("compare", "--scenario", "apache-sink")).isEqualTo(2);
        assertThat(err.toString()).contains("no scenario 'apache-sink'", "apache-sync", "end-to-end");
    }
}

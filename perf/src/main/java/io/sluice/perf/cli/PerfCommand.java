package io.sluice.perf.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code sluice perf}: what this machine, this node and its peers can do. */
@Command(
        name = "perf",
        description = "Measure what this machine and a node can do.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            LimitsCommand.class,
            RawCommand.class,
            LoadCommand.class,
            CompareCommand.class,
            JmhCommand.class,
            StartCommand.class
        })
public final class PerfCommand {
    private PerfCommand() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new PerfCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }
}

package io.sluice.perf.cli;

import io.sluice.model.SluiceException;
import java.io.IOException;
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
            StoreCommand.class,
            BrokerCommand.class,
            LeaseCommand.class,
            JmhCommand.class
        })
public final class PerfCommand {
    private static final int IMPOSSIBLE = 2;
    private static final int FAILED = 1;

    private PerfCommand() {}

    /** The commands, with errors that a person can mend told in a sentence: 2 for options, 1 for what went wrong. */
    static CommandLine commandLine() {
        return new CommandLine(new PerfCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof IllegalArgumentException) {
                        command.getErr().println(failure.getMessage());
                        return IMPOSSIBLE;
                    }
                    if (failure instanceof SluiceException || failure instanceof IOException) {
                        command.getErr().println(failure.getMessage());
                        return FAILED;
                    }
                    throw failure;
                });
    }

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }
}

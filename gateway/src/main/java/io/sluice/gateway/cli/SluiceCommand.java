package io.sluice.gateway.cli;

import io.sluice.gateway.config.ConfigException;
import io.sluice.model.SluiceException;
import java.io.PrintWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code sluice}: what a person types. */
@Command(
        name = "sluice",
        description = "A message broker: one durable log, every door.",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            UpCommand.class,
            NameServerCommand.class,
            BrokerCommand.class,
            GatewayCommand.class,
            DemoCommand.class,
            StoreCommand.class,
            UnitsCommand.class,
            TransactionsCommand.class
        })
public final class SluiceCommand {
    private static final Logger log = LoggerFactory.getLogger(SluiceCommand.class);

    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    private SluiceCommand() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs one command and tells its exit code. */
    static int run(String... arguments) {
        return run(line(), arguments);
    }

    static CommandLine line() {
        return new CommandLine(new SluiceCommand());
    }

    /** As {@link #run(String...)}, for a caller who has something to say about where the command writes. */
    static int run(CommandLine line, String... arguments) {
        return line.setExecutionExceptionHandler((failure, command, parsed) -> tell(failure, command.getErr()))
                .setParameterExceptionHandler((failure, given) -> {
                    failure.getCommandLine().getErr().println("sluice: " + failure.getMessage());
                    return WRONG_USAGE;
                })
                .execute(arguments);
    }

    /** One line for what was foreseen; the whole story for what was not. */
    private static int tell(Exception failure, PrintWriter errors) {
        if (failure instanceof SluiceException foreseen) {
            log.debug("command failed", foreseen);
            errors.println("sluice: " + foreseen.getMessage());
            return foreseen instanceof ConfigException ? WRONG_USAGE : FAILED;
        }
        log.error("command failed", failure);
        return FAILED;
    }
}

package io.sluice.gateway.cli;

import io.sluice.gateway.doubt.InDoubt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice units}: units of work in doubt at a running node or its cluster. */
@Command(
        name = "units",
        description =
                "List units of work that are prepared, or were decided by somebody else than their owner, and decide by hand.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            UnitsCommand.Show.class,
            UnitsCommand.Commit.class,
            UnitsCommand.Rollback.class,
            UnitsCommand.Forget.class
        })
final class UnitsCommand {
    private UnitsCommand() {}

    @Command(name = "list", description = "List them, in the order of their ids.", mixinStandardHelpOptions = true)
    static final class Show implements Callable<Integer> {
        @Mixin
        private DoorOptions where;

        @Spec
        private CommandSpec command;

        @Override
        public Integer call() {
            InDoubt.UNITS.list(
                    where.door(), "", where.form(), command.commandLine().getOut());
            return 0;
        }
    }

    @Command(
            name = "commit",
            description = "Commit what is prepared, for an owner that does not come back; it is told so if it does.",
            mixinStandardHelpOptions = true)
    static final class Commit extends DoubtDecision {
        Commit() {
            super(InDoubt.UNITS, "commit", "committed");
        }
    }

    @Command(
            name = "rollback",
            description = "Roll back what is prepared, for an owner that does not come back; it is told so if it does.",
            mixinStandardHelpOptions = true)
    static final class Rollback extends DoubtDecision {
        Rollback() {
            super(InDoubt.UNITS, "rollback", "rolled-back");
        }
    }

    @Command(
            name = "forget",
            description = "Forget what was decided by hand or for its age, when no owner will ask any more.",
            mixinStandardHelpOptions = true)
    static final class Forget extends DoubtDecision {
        Forget() {
            super(InDoubt.UNITS, "forget", "forgotten");
        }
    }
}

package io.sluice.gateway.cli;

import io.sluice.gateway.doubt.InDoubt;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice transactions}: half messages of RocketMQ transactions that the broker of a running node stores. */
@Command(
        name = "transactions",
        description = "List half messages of transactions that are not decided, and decide by hand.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            TransactionsCommand.Show.class,
            TransactionsCommand.Commit.class,
            TransactionsCommand.Rollback.class,
            TransactionsCommand.Ask.class
        })
final class TransactionsCommand {
    private TransactionsCommand() {}

    @Command(
            name = "list",
            description = "List those whose producers are asked still.",
            mixinStandardHelpOptions = true)
    static final class Show implements Callable<Integer> {
        @Mixin
        private DoorOptions where;

        @Spec
        private CommandSpec command;

        @Option(names = "--given-up", description = "those about which nobody is asked any more")
        private boolean givenUp;

        @Override
        public Integer call() {
            String state = "state=" + (givenUp ? "given-up" : "pending");
            InDoubt.TRANSACTIONS.list(
                    where.door(), state, where.form(), command.commandLine().getOut());
            return 0;
        }
    }

    /** What the verbs share. */
    private abstract static class Decision implements Callable<Integer> {
        private final String verb;

        @Mixin
        private DoorOptions where;

        @Spec
        private CommandSpec command;

        @Parameters(paramLabel = "ID", arity = "1..*", description = "as listed")
        private List<String> ids;

        Decision(String verb) {
            this.verb = verb;
        }

        @Override
        public Integer call() {
            CommandLine line = command.commandLine();
            boolean all = InDoubt.TRANSACTIONS.decide(
                    where.door(), verb, "done", ids, where.form(), line.getOut(), line.getErr());
            return all ? 0 : SluiceCommand.FAILED;
        }
    }

    @Command(name = "commit", description = "Store them in their topics.", mixinStandardHelpOptions = true)
    static final class Commit extends Decision {
        Commit() {
            super("commit");
        }
    }

    @Command(name = "rollback", description = "Nobody ever gets them.", mixinStandardHelpOptions = true)
    static final class Rollback extends Decision {
        Rollback() {
            super("rollback");
        }
    }

    @Command(
            name = "ask",
            description = "Ask their producers at once; what was given up is pending again, under a new id.",
            mixinStandardHelpOptions = true)
    static final class Ask extends Decision {
        Ask() {
            super("ask");
        }
    }
}

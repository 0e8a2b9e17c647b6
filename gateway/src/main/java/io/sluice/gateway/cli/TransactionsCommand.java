package io.sluice.gateway.cli;

import io.sluice.gateway.doubt.InDoubt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

    @Command(name = "commit", description = "Store them in their topics.", mixinStandardHelpOptions = true)
    static final class Commit extends DoubtDecision {
        Commit() {
            super(InDoubt.TRANSACTIONS, "commit", "done");
        }
    }

    @Command(name = "rollback", description = "Nobody ever gets them.", mixinStandardHelpOptions = true)
    static final class Rollback extends DoubtDecision {
        Rollback() {
            super(InDoubt.TRANSACTIONS, "rollback", "done");
        }
    }

    @Command(
            name = "ask",
            description = "Ask their producers at once; what was given up is pending again, under a new id.",
            mixinStandardHelpOptions = true)
    static final class Ask extends DoubtDecision {
        Ask() {
            super(InDoubt.TRANSACTIONS, "ask", "done");
        }
    }
}

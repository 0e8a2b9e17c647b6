package io.sluice.gateway.cli;

import io.sluice.gateway.doubt.InDoubt;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A verb that decides on what is in doubt, one by one. */
abstract class DoubtDecision implements Callable<Integer> {
    private final InDoubt kind;
    private final String verb;
    private final String done;

    @Mixin
    private DoorOptions where;

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "as listed")
    private List<String> ids;

    /**
     * @param verb as the HTTP door has it
     * @param done what became of one when the door does not say
     */
    DoubtDecision(InDoubt kind, String verb, String done) {
        this.kind = kind;
        this.verb = verb;
        this.done = done;
    }

    @Override
    public Integer call() {
        CommandLine line = command.commandLine();
        boolean all = kind.decide(where.door(), verb, done, ids, where.form(), line.getOut(), line.getErr());
        return all ? 0 : SluiceCommand.FAILED;
    }
}

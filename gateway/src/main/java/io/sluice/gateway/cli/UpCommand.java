package io.sluice.gateway.cli;

import io.sluice.gateway.assembly.Role;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sluice up}: everything on this machine: name server, broker and every door. */
@Command(
        name = "up",
        description = "Run everything on this machine: name server, broker and every door.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
    @Mixin
    private NodeOptions options;

    @Override
    public Integer call() {
        return new ForegroundNode(Role.everything(), options.settings()).runUntilStopped();
    }
}

package io.sluice.gateway.cli;

import io.sluice.gateway.assembly.Role;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sluice broker}: a broker alone, registered at the name servers that namesrvAddr names. */
@Command(
        name = "broker",
        description = "Run a broker alone, registered at the name servers that namesrvAddr names.",
        mixinStandardHelpOptions = true)
final class BrokerCommand implements Callable<Integer> {
    @Mixin
    private NodeOptions options;

    @Override
    public Integer call() {
        return new ForegroundNode(Set.of(Role.BROKER), options.settings()).runUntilStopped();
    }
}

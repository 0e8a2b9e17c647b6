package io.sluice.gateway.cli;

import io.sluice.gateway.assembly.Role;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sluice namesrv}: a name server alone. */
@Command(name = "namesrv", description = "Run a name server alone.", mixinStandardHelpOptions = true)
final class NameServerCommand implements Callable<Integer> {
    @Mixin
    private NodeOptions options;

    @Override
    public Integer call() {
        return new ForegroundNode(Set.of(Role.NAME_SERVER), options.settings()).runUntilStopped();
    }
}

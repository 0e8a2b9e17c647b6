package io.sluice.gateway.cli;

import io.sluice.gateway.assembly.Role;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sluice gateway}: the MQTT and HTTP doors alone, in front of the cluster that namesrvAddr names. */
@Command(
        name = "gateway",
        description = "Run the MQTT and HTTP doors alone, in front of the cluster that namesrvAddr names.",
        mixinStandardHelpOptions = true)
final class GatewayCommand implements Callable<Integer> {
    @Mixin
    private NodeOptions options;

    @Override
    public Integer call() {
        return new ForegroundNode(Set.of(Role.DOORS), options.settings()).runUntilStopped();
    }
}

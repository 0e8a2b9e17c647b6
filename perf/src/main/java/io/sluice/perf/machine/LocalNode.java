package io.sluice.perf.machine;

import com.sun.tools.attach.VirtualMachine;
import java.util.List;
import java.util.OptionalLong;

/** Finds the node that runs on this machine, so that nobody has to look up its process. */
public final class LocalNode {
    private static final String MAIN = "io.sluice.gateway.cli.SluiceCommand";

    private LocalNode() {}

    /** The process of the one node that this user runs here; absent when there is none, or more than one. */
    public static OptionalLong pid() {
        List<String> nodes = VirtualMachine.list().stream()
                .filter(machine -> machine.displayName().startsWith(MAIN))
                .map(machine -> machine.id())
                .toList();
        return nodes.size() == 1 ? OptionalLong.of(Long.parseLong(nodes.get(0))) : OptionalLong.empty();
    }
}

package io.sluice.perf.target;

import io.sluice.perf.machine.Allocation;
import io.sluice.perf.machine.ChildProcess;
import io.sluice.perf.machine.Directories;
import io.sluice.perf.machine.ProcessUsage;
import io.sluice.perf.worker.NodeUsage;
import io.sluice.runtime.CloseStack;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A running node: its processes, addresses and what it uses. Closing stops the processes and deletes their directory.
 */
public final class Target implements AutoCloseable, NodeUsage {
    private static final long START_SECONDS = 90;
    private static final long POLL_NANOS = 5_000_000;

    private final TargetKind kind;
    private final Path directory;
    private final Map<String, String> addresses;
    private final List<ChildProcess> processes = new ArrayList<>();
    private final List<Allocation> allocations = new ArrayList<>();

    /** @param addresses by name: {@code address} for clients, {@code broker}, {@code mqtt}, {@code http} where there is one */
    Target(TargetKind kind, Path directory, Map<String, String> addresses) {
        this.kind = kind;
        this.directory = directory;
        this.addresses = Map.copyOf(addresses);
    }

    /** Starts a node and waits until its broker accepts connections. */
    public static Target start(TargetKind kind, TargetSettings settings) throws IOException, InterruptedException {
        Files.createDirectories(settings.directory());
        Target target =
                switch (kind) {
                    case SLUICE -> SluiceNode.start(settings);
                    case ROCKETMQ -> RocketmqNode.start(settings);
                    case KAFKA -> KafkaNode.start(settings);
                };
        return target.awaiting("broker").awaiting("address");
    }

    /** Free at this moment. */
    static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    Target with(String name, ProcessBuilder builder) {
        processes.add(new ChildProcess(name, builder, line -> {}));
        return this;
    }

    /** Waits until this address accepts; stops everything when it does not. */
    Target awaiting(String name) {
        try {
            awaitPort(address(name));
            return this;
        } catch (RuntimeException failed) {
            close();
            throw failed;
        }
    }

    private void awaitPort(String address) {
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!accepts(port)) {
            for (ChildProcess process : processes) {
                if (!process.isAlive()) {
                    throw process.failure("ended while it should start");
                }
            }
            if (System.nanoTime() > deadline) {
                throw processes.get(0).failure("does not listen on %s after %d s".formatted(address, START_SECONDS));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static boolean accepts(int port) {
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    public TargetKind kind() {
        return kind;
    }

    public Map<String, String> addresses() {
        return addresses;
    }

    public String address(String name) {
        return addresses.get(name);
    }

    /** From now on {@link #sample} tells allocation too. */
    public Target watchAllocation() {
        processes.forEach(process -> allocations.add(new Allocation(process.pid())));
        return this;
    }

    @Override
    public Sample sample() {
        long cpu = 0;
        long resident = 0;
        for (ChildProcess process : processes) {
            ProcessUsage usage = ProcessUsage.of(process.pid());
            cpu += usage.cpuNanos();
            resident += usage.residentBytes();
        }
        return new Sample(cpu, allocations.stream().mapToLong(Allocation::bytes).sum(), resident);
    }

    @Override
    public void close() {
        try (CloseStack closing = new CloseStack()) {
            closing.push(() -> Directories.delete(directory));
            processes.forEach(closing::push);
            allocations.forEach(closing::push);
        }
    }
}

package io.sluice.gateway.cli;

import io.sluice.gateway.assembly.Gateway;
import io.sluice.gateway.assembly.Role;
import io.sluice.gateway.config.Settings;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node that runs in this process until a signal stops it, and says so when it is ready. */
final class ForegroundNode {
    private static final Logger log = LoggerFactory.getLogger(ForegroundNode.class);

    private final Set<Role> roles;
    private final Settings settings;

    ForegroundNode(Set<Role> roles, Settings settings) {
        this.roles = roles;
        this.settings = settings;
    }

    /** Returns after SIGTERM or Ctrl-C, when everything is closed. */
    int runUntilStopped() {
        CountDownLatch stopped = new CountDownLatch(1);
        Gateway gateway = Gateway.open(roles, settings);
        // The hook runs on a thread of the JVM; main returns only after it, so that nothing is cut off half-way.
        Runtime.getRuntime().addShutdownHook(io.sluice.runtime.Threads.named("shutdown", () -> {
            log.info("stopping");
            try {
                gateway.close();
            } finally {
                stopped.countDown();
            }
            log.info("stopped");
        }));
        gateway.start();
        System.out.println(gateway.readyLine());
        System.out.flush();
        try {
            stopped.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }
}

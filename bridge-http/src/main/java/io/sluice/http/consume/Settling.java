package io.sluice.http.consume;

import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Settlement;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settlements that no caller waits for. */
final class Settling {
    private static final Logger log = LoggerFactory.getLogger(Settling.class);

    private Settling() {}

    /** When it fails the leases simply end in their own time, so the failure is only noted. */
    static void quietly(LeaseReader leases, List<Settlement> settlements, String purpose) {
        leases.settle(settlements).whenComplete((settled, failed) -> {
            if (failed != null) {
                log.warn(
                        "could not {}, so {} leases end in their own time: {}",
                        purpose,
                        settlements.size(),
                        failed.toString());
            }
        });
    }
}

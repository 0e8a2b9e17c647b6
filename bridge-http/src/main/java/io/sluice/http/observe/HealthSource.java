package io.sluice.http.observe;

import java.util.List;

/**
 * Whether the process behind this door is well; implemented by whoever assembled it. Asked by probes every few seconds on
 * worker threads, so it answers at once from what it knows.
 */
public interface HealthSource {
    /** Always live and ready. */
    HealthSource WELL = new HealthSource() {
        @Override
        public List<String> notLive() {
            return List.of();
        }

        @Override
        public List<String> notReady() {
            return List.of();
        }
    };

    /** Why the process should be restarted, one sentence each; empty while it need not be. */
    List<String> notLive();

    /** Why no traffic should be sent to this process now, one sentence each; empty while it may be. */
    List<String> notReady();
}

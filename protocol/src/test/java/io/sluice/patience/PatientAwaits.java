package io.sluice.patience;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives every condition that a test awaits a minute, unless the test says otherwise: a deadline ends a test that hangs, and
 * is no measure of how fast the machine is. Found by JUnit, in every module whose tests see this one.
 */
public final class PatientAwaits implements BeforeAllCallback {
    private static final Duration DEADLINE = Duration.ofMinutes(1);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(DEADLINE);
    }
}

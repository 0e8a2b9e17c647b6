package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Makes a buffer that was never released fail the test class instead of only being logged. */
public final class LeakWatch implements BeforeAllCallback, AfterAllCallback {
    private static final int LOOKS = 5;

    private final Logger detector = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    private final ListAppender<ILoggingEvent> reports = new ListAppender<>();

    @Override
    public void beforeAll(ExtensionContext context) {
        reports.start();
        detector.addAppender(reports);
    }

    /** The detector reports when a new buffer is made after an old one was collected. */
    @Override
    public void afterAll(ExtensionContext context) {
        for (int look = 0; look < LOOKS; look++) {
            System.gc();
            ByteBufAllocator.DEFAULT.buffer(16).release();
        }
        detector.detachAppender(reports);
        assertThat(leaks()).as("buffers that were never released").isEmpty();
    }

    private List<ILoggingEvent> leaks() {
        return List.copyOf(reports.list).stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.ERROR))
                .toList();
    }
}

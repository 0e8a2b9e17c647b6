package io.sluice.transport;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What was logged, by anybody, with a stack trace or as an error: nothing of that kind follows from bad input. */
public final class UnforeseenEvents implements AutoCloseable {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();

    public UnforeseenEvents() {
        events.start();
        root.addAppender(events);
    }

    /** Each once. */
    public List<String> told() {
        return List.copyOf(events.list).stream()
                .filter(event ->
                        event.getThrowableProxy() != null || event.getLevel().isGreaterOrEqual(Level.ERROR))
                .map(UnforeseenEvents::text)
                .distinct()
                .toList();
    }

    private static String text(ILoggingEvent event) {
        return event.getThrowableProxy() == null
                ? event.getFormattedMessage()
                : "%s: %s %s"
                        .formatted(
                                event.getFormattedMessage(),
                                event.getThrowableProxy().getClassName(),
                                event.getThrowableProxy().getMessage());
    }

    @Override
    public void close() {
        root.detachAppender(events);
    }
}

package io.sluice.jms.deliver;

import io.sluice.runtime.Duty;
import jakarta.jms.ExceptionListener;
import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a connection does on its own, on one thread: extend leases, give back what lies idle, tell the exception listener of
 * what went wrong where no application call could be told.
 */
public final class Upkeep implements Duty {
    private static final Logger log = LoggerFactory.getLogger(Upkeep.class);
    /** Failures that wait for the exception listener; more are logged only. */
    private static final int REPORTS_MAX = 64;

    private static final Duration LOOK_MAX = Duration.ofMillis(500);

    private final String name;
    private final LeaseBook book;
    private final Duration lookEvery;
    private final List<Feed> feeds = new CopyOnWriteArrayList<>();
    private final BlockingQueue<JMSException> reports = new ArrayBlockingQueue<>(REPORTS_MAX);
    private volatile ExceptionListener listener;

    public Upkeep(String name, LeaseBook book, Duration leaseFor) {
        this.name = name;
        this.book = book;
        Duration part = leaseFor.dividedBy(8);
        this.lookEvery = part.compareTo(LOOK_MAX) < 0 ? part : LOOK_MAX;
    }

    public void watch(Feed feed) {
        feeds.add(feed);
    }

    public void forget(Feed feed) {
        feeds.remove(feed);
    }

    /** @param changed {@code null} for none; failures are then logged only */
    public void listener(ExceptionListener changed) {
        listener = changed;
    }

    public ExceptionListener listener() {
        return listener;
    }

    /** Any thread may report; the listener is called on the upkeep's. */
    public void report(JMSException failure) {
        if (listener == null || !reports.offer(failure)) {
            log.warn("{}: {}", name, failure.getMessage());
        }
    }

    @Override
    public int work() {
        int extended = book.extendDue();
        feeds.forEach(Feed::giveBackIdle);
        return extended + tellOne();
    }

    private int tellOne() {
        JMSException failure = reports.poll();
        ExceptionListener told = listener;
        if (failure == null) {
            return 0;
        }
        if (told == null) {
            log.warn("{}: {}", name, failure.getMessage());
        } else {
            tell(told, failure);
        }
        return 1;
    }

    /** Whatever the listener does, leases go on being extended. */
    private void tell(ExceptionListener told, JMSException failure) {
        try {
            told.onException(failure);
        } catch (RuntimeException | Error failed) {
            log.warn("{}: the exception listener failed on: {}", name, failure.getMessage(), failed);
        }
    }

    @Override
    public long idleNanos() {
        return lookEvery.toNanos();
    }

    @Override
    public String role() {
        return name;
    }
}

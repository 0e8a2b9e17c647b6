package io.sluice.jms.deliver;

import io.sluice.jms.call.BrokerCalls;
import io.sluice.jms.message.IncomingForm;
import io.sluice.jms.message.SluiceMessage;
import io.sluice.port.UnitsOfWork;
import io.sluice.runtime.Duty;
import io.sluice.runtime.DutyThread;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageListener;
import jakarta.jms.ResourceAllocationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of control of a session (Jakarta Messaging 3.1 §6.2.5): of all its receives, listeners and completion
 * callbacks one runs at a time. Listeners and callbacks run on the lane's own thread, which begins with the first of them;
 * receives run on the application's.
 *
 * <p>Owns whether the session is started, stopped or closed. One lock, which is never held while the broker or application
 * code is called. {@link #stop} and {@link #close} wait for application code in progress, as long as it takes or until the
 * waiting thread is interrupted.
 */
public final class SessionLane {
    private static final Logger log = LoggerFactory.getLogger(SessionLane.class);
    private static final Duration LISTENER_WAIT = Duration.ofSeconds(30);
    /** How long a receive waits behind its time for an answer that is on its way. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Between two looks at feeds that rest after a failure. */
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final Duration FAILURE_PAUSE_MIN = Duration.ofMillis(20);
    private static final Duration FAILURE_PAUSE_MAX = Duration.ofSeconds(5);

    private final String name;
    private final Ledger ledger;
    private final BrokerCalls calls;
    private final int asyncSendsMax;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    private final List<Subscription> subscriptions = new ArrayList<>();
    private final AsyncSends sends = new AsyncSends();
    private boolean started;
    private boolean closing;
    /** The thread that waits for the end of what runs, to close. */
    private Thread closer;

    private boolean closed;
    /** Counts what feeds tell, so that nothing told between a look and a wait is missed. */
    private long tellings;
    /** The application's thread inside a receive. */
    private Thread receiver;

    private Subscription receivingFrom;
    /** Whether that thread has a message in its hands. */
    private boolean receiverHolds;
    /** The lane's thread while it runs a listener or looks for work for one. */
    private Thread listening;

    private Subscription delivering;
    /** The lane's thread while it runs a completion callback. */
    private Thread callingBack;
    /** Set by a recover inside a listener, whose message is then delivered again. */
    private boolean recoverAfterListener;

    private Optional<DutyThread> thread = Optional.empty();

    /** @param name of the session, for its thread */
    public SessionLane(
            String name,
            AcknowledgeMode mode,
            LeaseBook book,
            BrokerCalls calls,
            DeliveryLimits limits,
            boolean started) {
        this.name = name;
        this.ledger = new Ledger(mode, book, calls, limits.unacknowledged());
        this.calls = calls;
        this.asyncSendsMax = limits.asyncSends();
        this.started = started;
    }

    public AcknowledgeMode mode() {
        return ledger.mode();
    }

    // ---- subscriptions ----

    /** Takes in a consumer whose feed is paused, as a new feed is. */
    public void add(Subscription subscription) {
        boolean startedNow;
        lock.lock();
        try {
            subscriptions.add(subscription);
            startedNow = started;
        } finally {
            lock.unlock();
        }
        if (startedNow) {
            subscription.feed().resume();
        }
    }

    /** Called by feeds, on any thread, when there may be something to poll. */
    public void told() {
        Optional<DutyThread> toWake;
        lock.lock();
        try {
            tellings++;
            changed.signalAll();
            toWake = thread;
        } finally {
            lock.unlock();
        }
        toWake.ifPresent(DutyThread::wake);
    }

    /** @param listener {@code null} to end listening; returns when the listener before is not running any more */
    public void listen(Subscription subscription, MessageListener listener) throws JMSException {
        lock.lock();
        try {
            requireOpen();
            subscription.listener(listener);
            if (listener == null) {
                awaitWhile(() -> delivering == subscription && listening != Thread.currentThread());
            } else {
                startThread();
            }
        } finally {
            lock.unlock();
        }
        subscription.feed().listenedTo(listener != null);
        told();
    }

    /** A consumer closes: waits for its receive or listener in progress, unless called by that listener. */
    public void remove(Subscription subscription) throws JMSException {
        lock.lock();
        try {
            if (subscription.isClosed()) {
                return;
            }
            subscription.becomeClosed();
            changed.signalAll();
            awaitWhile(() ->
                    delivering == subscription && listening != Thread.currentThread() || receivingFrom == subscription);
            subscriptions.remove(subscription);
        } finally {
            lock.unlock();
        }
        calls.await(subscription.feed().close(), "closing a consumer");
    }

    public MessageListener listenerOf(Subscription subscription) {
        lock.lock();
        try {
            return subscription.listener();
        } finally {
            lock.unlock();
        }
    }

    // ---- receive ----

    /** Whether a message that a receive has found is still for whoever asked. */
    @FunctionalInterface
    public interface Admission {
        /** Everything is. */
        Admission ALL = BooleanSupplier::getAsBoolean;

        /**
         * Lets the session take the message; what that answers.
         *
         * @throws JMSException when the message is not taken: it is the next again, and the receive fails with this
         */
        boolean admit(BooleanSupplier taking) throws JMSException;
    }

    /**
     * The next message; none when the time is over or the consumer is closed meanwhile.
     *
     * @param timeout how long to wait; none to wait for ever
     * @param usable  a message that fails it is refused; unless the application acknowledges itself, it is the next again
     */
    public Optional<SluiceMessage> receive(
            Subscription from, Optional<Duration> timeout, Predicate<SluiceMessage> usable, Admission admission)
            throws JMSException {
        long deadline = System.nanoTime() + timeout.map(Duration::toNanos).orElse(0L);
        boolean forever = timeout.isEmpty();
        boolean asked = false;
        enterReceive(from);
        try {
            while (true) {
                long seen = beginHolding(from, deadline, forever);
                if (seen < 0) {
                    return Optional.empty();
                }
                Look look = takeNext(from, usable, admission);
                if (look.message().isPresent()) {
                    return look.message();
                }
                endHolding();
                asked &= !look.usedUp();
                Duration left = forever ? LISTENER_WAIT : Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
                boolean lastAnswerSeen = left.isZero() && asked && !from.feed().isAsking();
                if (lastAnswerSeen) {
                    throwTrouble(from.feed(), false);
                    return Optional.empty();
                }
                ledger.flushLazy();
                from.feed().ask(left);
                asked = true;
                if (!awaitTelling(from, seen, deadline, forever)) {
                    throwTrouble(from.feed(), false);
                    return Optional.empty();
                }
                throwTrouble(from.feed(), true);
            }
        } finally {
            leaveReceive();
        }
    }

    private void enterReceive(Subscription from) throws JMSException {
        lock.lock();
        try {
            requireOpen();
            if (from.isClosed()) {
                throw new IllegalStateException("the consumer is closed");
            }
            if (subscriptions.stream().anyMatch(each -> each.listener() != null)) {
                throw new IllegalStateException(
                        "the session has a message listener, so its messages cannot be received by calling; use another session");
            }
            if (receiver != null) {
                throw new IllegalStateException(
                        "another thread is receiving in this session; use one session for each thread");
            }
            receiver = Thread.currentThread();
            receivingFrom = from;
        } finally {
            lock.unlock();
        }
    }

    private void leaveReceive() {
        lock.lock();
        try {
            receiver = null;
            receivingFrom = null;
            receiverHolds = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until messages may be delivered; the number of tellings then, or -1 when the time is over or all is closed. */
    private long beginHolding(Subscription from, long deadline, boolean forever) throws JMSException {
        lock.lock();
        try {
            while (!started && !closing && !from.isClosed()) {
                if (!forever && deadline - System.nanoTime() <= 0) {
                    return -1;
                }
                await(forever ? Long.MAX_VALUE : deadline - System.nanoTime());
            }
            if (closing || from.isClosed()) {
                return -1;
            }
            receiverHolds = true;
            return tellings;
        } finally {
            lock.unlock();
        }
    }

    private void endHolding() {
        lock.lock();
        try {
            receiverHolds = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * What a receive found at hand.
     *
     * @param usedUp whether there were messages that nobody gets, so that others may stand behind them
     */
    private record Look(Optional<SluiceMessage> message, boolean usedUp) {}

    private Look takeNext(Subscription from, Predicate<SluiceMessage> usable, Admission admission) throws JMSException {
        if (ledger.isFull()) {
            throw ledger.full();
        }
        boolean usedUp = false;
        Optional<Delivery> next = from.feed().poll();
        while (next.isPresent()) {
            if (isExpired(next.get())) {
                ledger.discard(next.get());
            } else {
                Optional<SluiceMessage> message = handedOver(from, next.get(), usable, admission);
                if (message.isPresent()) {
                    return new Look(message, usedUp);
                }
            }
            usedUp = true;
            next = from.feed().poll();
        }
        return new Look(Optional.empty(), usedUp);
    }

    /** None when the lease had ended, so that the message comes again. */
    private Optional<SluiceMessage> handedOver(
            Subscription from, Delivery delivery, Predicate<SluiceMessage> usable, Admission admission)
            throws JMSException {
        SluiceMessage message = from.messageOf(delivery);
        boolean refused = !usable.test(message);
        if (refused && !mode().isDecidedLater()) {
            from.feed().putBack(delivery);
            throw unusable(message);
        }
        boolean taken;
        try {
            taken = admission.admit(() -> ledger.receives(delivery));
        } catch (JMSException notAdmitted) {
            from.feed().putBack(delivery);
            throw notAdmitted;
        }
        if (!taken) {
            return Optional.empty();
        }
        if (refused) {
            throw unusable(message);
        }
        return Optional.of(message);
    }

    private static MessageFormatException unusable(Message message) {
        return new MessageFormatException(
                "the body of the next message, a %s, cannot be given as the type asked for; use receive instead"
                        .formatted(message.getClass().getSimpleName()));
    }

    /** Expired messages are settled and never delivered (§3.4.9). */
    private Optional<Delivery> nextUnexpired(Feed feed) {
        Optional<Delivery> next = feed.poll();
        while (next.isPresent() && isExpired(next.get())) {
            ledger.discard(next.get());
            next = feed.poll();
        }
        return next;
    }

    private static boolean isExpired(Delivery delivery) {
        long expiresAtMs = IncomingForm.expiresAtMs(delivery.message().properties());
        return expiresAtMs != 0 && expiresAtMs <= System.currentTimeMillis();
    }

    /** False when the time is over and no answer is on its way. */
    private boolean awaitTelling(Subscription from, long seen, long deadline, boolean forever) throws JMSException {
        lock.lock();
        try {
            while (tellings == seen && started && !closing && !from.isClosed()) {
                long left = forever ? Long.MAX_VALUE : deadline - System.nanoTime();
                boolean asking = from.feed().isAsking();
                if (left <= 0 && !(asking && left + GRACE_NANOS > 0)) {
                    return false;
                }
                long rest = from.feed().restNanos();
                if (!asking && rest > 0) {
                    await(Math.min(left, rest));
                    return true;
                }
                await(left <= 0 ? left + GRACE_NANOS : left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** A failure that lasts ends the wait; one that may pass is told only when the time is over without a message. */
    private static void throwTrouble(Feed feed, boolean lastingOnly) throws JMSException {
        Optional<Feed.Trouble> trouble = feed.trouble().filter(now -> now.lasting() || !lastingOnly);
        if (trouble.isPresent()) {
            JMSException cause = trouble.get().cause();
            throw BrokerCalls.withCause(new JMSException(cause.getMessage(), cause.getErrorCode()), cause);
        }
    }

    // ---- listeners and callbacks ----

    private void startThread() {
        if (thread.isEmpty()) {
            thread = Optional.of(DutyThread.start(new Work()));
        }
    }

    /** What the lane's thread does: callbacks first, then one message for one listener. */
    private final class Work implements Duty {
        private int turn;

        @Override
        public int work() {
            return callBack() + deliverOne();
        }

        private int callBack() {
            Optional<Runnable> due;
            lock.lock();
            try {
                due = sends.takeDue();
                callingBack = due.isPresent() ? Thread.currentThread() : null;
            } finally {
                lock.unlock();
            }
            if (due.isEmpty()) {
                return 0;
            }
            try {
                due.get().run();
            } catch (RuntimeException | Error failed) {
                log.warn("a completion listener failed", failed);
            } finally {
                lock.lock();
                try {
                    callingBack = null;
                    changed.signalAll();
                } finally {
                    lock.unlock();
                }
            }
            return 1;
        }

        private int deliverOne() {
            List<Subscription> candidates = beginListening();
            try {
                for (int i = 0; i < candidates.size(); i++) {
                    Subscription next = candidates.get((turn + i) % candidates.size());
                    if (ledger.isFull()) {
                        break;
                    }
                    next.feed().ask(LISTENER_WAIT);
                    Optional<Delivery> delivery = nextUnexpired(next.feed());
                    if (delivery.isPresent()) {
                        turn = (turn + i + 1) % candidates.size();
                        deliver(next, delivery.get());
                        return 1;
                    }
                }
                ledger.flushLazy();
                return 0;
            } finally {
                endListening();
            }
        }

        @Override
        public long idleNanos() {
            return LOOK_AGAIN_NANOS;
        }

        @Override
        public String role() {
            return name;
        }
    }

    private List<Subscription> beginListening() {
        lock.lock();
        try {
            if (!started || closing) {
                return List.of();
            }
            List<Subscription> candidates = subscriptions.stream()
                    .filter(each -> each.listener() != null && !each.isClosed())
                    .toList();
            listening = candidates.isEmpty() ? null : Thread.currentThread();
            return candidates;
        } finally {
            lock.unlock();
        }
    }

    private void endListening() {
        lock.lock();
        try {
            listening = null;
            delivering = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void deliver(Subscription to, Delivery delivery) {
        MessageListener listener;
        lock.lock();
        try {
            listener = to.isClosed() ? null : to.listener();
            delivering = to;
            recoverAfterListener = false;
        } finally {
            lock.unlock();
        }
        if (listener == null) {
            to.feed().putBack(delivery);
            return;
        }
        ledger.listenerBegins(delivery);
        if (heard(listener, to, delivery)) {
            ledger.listenerEnded(delivery);
        } else if (!mode().isDecidedLater()) {
            awaitRewound(to.feed().rewind(List.of(delivery), pauseAfter(delivery.attempt())));
        }
    }

    /**
     * Whether the listener is done with the message (§8.7): where the application decides it always is, until it recovers or rolls
     * back.
     */
    private boolean heard(MessageListener listener, Subscription to, Delivery delivery) {
        try {
            listener.onMessage(to.messageOf(delivery));
            return !recoverAfterListener;
        } catch (RuntimeException | Error failed) {
            log.warn("the listener failed on message {}, delivery {}", delivery.id(), delivery.attempt(), failed);
            return false;
        }
    }

    private static Duration pauseAfter(int attempt) {
        Duration pause = FAILURE_PAUSE_MIN.multipliedBy(1L << Math.min(attempt - 1, 10));
        return pause.compareTo(FAILURE_PAUSE_MAX) < 0 ? pause : FAILURE_PAUSE_MAX;
    }

    private void awaitRewound(CompletionStage<Void> rewound) {
        try {
            calls.await(rewound, "giving a message back");
        } catch (JMSException noAnswer) {
            log.warn(
                    "a message that its listener failed on is delivered again when its lease ends: {}",
                    noAnswer.getMessage());
        }
    }

    // ---- sends ----

    /**
     * Takes a place among the sends whose callback is to come; waits for one as long as a call may take, but not on the
     * thread that would make room.
     */
    public void awaitRoomForSend() throws JMSException {
        lock.lock();
        try {
            requireOpen();
            long deadline = System.nanoTime() + calls.timeout().toNanos();
            boolean own = callingBack == Thread.currentThread() || listening == Thread.currentThread();
            while (sends.size() >= asyncSendsMax) {
                long left = deadline - System.nanoTime();
                if (own || left <= 0) {
                    throw new ResourceAllocationException(
                            "%d sends of this session wait for their completion listener; send slower, or raise jms.asyncSends"
                                    .formatted(asyncSendsMax));
                }
                await(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Calls back on the lane's thread when the send has ended, in the order of these calls. */
    public void whenSent(CompletionStage<?> sent, SendCallback callback) {
        lock.lock();
        try {
            sends.add(sent, callback::completed);
            startThread();
        } finally {
            lock.unlock();
        }
        sent.whenComplete((done, failed) -> told());
    }

    /** Returns when every send has ended and its callback has returned; a producer closes. */
    public void awaitSends() throws JMSException {
        lock.lock();
        try {
            if (callingBack == Thread.currentThread()) {
                throw new IllegalStateException(
                        "a completion listener must not close its own producer, which would wait for its end");
            }
            awaitWhile(() -> sends.size() > 0 || callingBack != null);
        } finally {
            lock.unlock();
        }
    }

    /** Told of the end of one send; {@code null} for success. */
    @FunctionalInterface
    public interface SendCallback {
        void completed(Throwable failure);
    }

    /** For a transacted session: what it sends, and its commits. */
    public Transaction transaction(UnitsOfWork units, LeaseBook book) {
        return new Transaction(units, book, ledger, calls);
    }

    /** What the session has received becomes part of a branch. */
    public void handOver(BranchWork branch) {
        branch.received(ledger.handOver());
    }

    // ---- acknowledge, recover ----

    /** Acknowledges everything that the session has delivered; nothing in the other modes. */
    public void acknowledge() throws JMSException {
        lock.lock();
        try {
            requireOpen();
        } finally {
            lock.unlock();
        }
        if (mode() == AcknowledgeMode.CLIENT) {
            ledger.acknowledge();
        }
    }

    /** Delivers again what is unacknowledged; inside a listener that is also the message it has. */
    public void recover() throws JMSException {
        lock.lock();
        try {
            requireOpen();
            if (mode() == AcknowledgeMode.TRANSACTED) {
                throw new IllegalStateException("a transacted session is not recovered; roll it back");
            }
            recoverAfterListener = listening == Thread.currentThread() && mode() != AcknowledgeMode.CLIENT;
            if (recoverAfterListener) {
                return;
            }
        } finally {
            lock.unlock();
        }
        calls.await(ledger.rewind(), "recovering the session");
    }

    // ---- life cycle ----

    public void start() {
        List<Subscription> all;
        lock.lock();
        try {
            started = true;
            all = List.copyOf(subscriptions);
        } finally {
            lock.unlock();
        }
        all.forEach(each -> each.feed().resume());
        told();
    }

    /** Whether the calling thread runs a listener or a callback of this session, and so must not wait for its end. */
    public boolean isOwnThread() {
        lock.lock();
        try {
            return listening == Thread.currentThread() || callingBack == Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    /** Returns when no listener runs and no receive can return a message. */
    public void stop() throws JMSException {
        List<Subscription> all;
        lock.lock();
        try {
            started = false;
            changed.signalAll();
            awaitWhile(() -> receiverHolds || listening != null);
            all = List.copyOf(subscriptions);
        } finally {
            lock.unlock();
        }
        ledger.flushLazy();
        all.forEach(each -> each.feed().pause());
    }

    /** Returns when nothing of the session runs; what it has not acknowledged is given back. Twice is harmless. */
    public void close() throws JMSException {
        if (isOwnThread()) {
            throw new IllegalStateException(
                    "a listener or callback must not close its own session or connection, which would wait for its end");
        }
        List<Subscription> all;
        Optional<DutyThread> ending;
        lock.lock();
        try {
            awaitWhile(() -> closer != null);
            if (closed) {
                return;
            }
            closing = true;
            awaitQuiet();
            closed = true;
            all = List.copyOf(subscriptions);
            subscriptions.clear();
            all.forEach(Subscription::becomeClosed);
            ending = thread;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        ending.ifPresent(DutyThread::close);
        List<CompletableFuture<Void>> givenBack = new ArrayList<>();
        all.forEach(each -> givenBack.add(each.feed().close().toCompletableFuture()));
        givenBack.add(ledger.close().toCompletableFuture());
        calls.await(CompletableFuture.allOf(givenBack.toArray(CompletableFuture<?>[]::new)), "closing a session");
    }

    /** An interrupt ends the wait, not the closing: nothing more is delivered, and the next close waits again. */
    private void awaitQuiet() throws JMSException {
        closer = Thread.currentThread();
        changed.signalAll();
        try {
            awaitWhile(() -> receiver != null || listening != null || sends.size() > 0 || callingBack != null);
        } finally {
            closer = null;
            changed.signalAll();
        }
    }

    public boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() throws IllegalStateException {
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
    }

    // ---- waiting, under the lock ----

    /** A condition on what the lock guards. */
    @FunctionalInterface
    private interface Ask {
        boolean holds();
    }

    private void awaitWhile(Ask condition) throws JMSException {
        while (condition.holds()) {
            await(Long.MAX_VALUE);
        }
    }

    private void await(long forNanos) throws JMSException {
        try {
            if (forNanos > 0) {
                changed.awaitNanos(forNanos);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw BrokerCalls.withCause(new JMSException("the thread was interrupted while it waited"), interrupted);
        }
    }
}

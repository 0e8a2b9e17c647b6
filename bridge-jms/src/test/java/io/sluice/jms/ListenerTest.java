package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.runtime.Threads;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageListener;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Message listeners, Jakarta Messaging 3.1 §8.7 and §6.2.13. */
class ListenerTest extends AgainstMemoryBroker {
    private final List<String> heard = new CopyOnWriteArrayList<>();

    /** A listener in a test, whose body may throw what the API throws. */
    @FunctionalInterface
    private interface Body {
        void onMessage(jakarta.jms.Message message) throws Exception;
    }

    private static MessageListener listener(Body body) {
        return message -> {
            try {
                body.onMessage(message);
            } catch (RuntimeException unchecked) {
                throw unchecked;
            } catch (Exception checked) {
                throw new AssertionError(checked);
            }
        };
    }

    private static boolean waits(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    @Test
    void aListenerHearsEveryMessageInOrderAndEachIsSettled() throws Exception {
        Queue queue = session.createQueue("orders");
        Session listening = connection.createSession();
        listening.createConsumer(queue).setMessageListener(listener(message -> heard.add(text(message))));
        String[] texts = IntStream.range(0, 100).mapToObj(Integer::toString).toArray(String[]::new);

        send(queue, texts);

        soon().until(() -> heard.size() == 100);
        assertThat(heard).containsExactly(texts);
        soon().until(() -> broker.openLeases() == 0);
    }

    @Test
    void aListenerOfATopicHearsWhatIsPublished() throws Exception {
        Topic topic = session.createTopic("news");
        Session listening = connection.createSession();
        listening.createConsumer(topic).setMessageListener(listener(message -> heard.add(text(message))));

        session.createProducer(topic).send(session.createTextMessage("hello"));

        soon().until(() -> heard.equals(List.of("hello")));
    }

    /** §6.2.13: listeners of one session never run at the same time. */
    @Test
    void listenersOfOneSessionRunOneAtATime() throws Exception {
        Session listening = connection.createSession();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        for (String name : List.of("a", "b", "c")) {
            listening.createConsumer(listening.createQueue(name)).setMessageListener(listener(message -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                running.decrementAndGet();
                heard.add(text(message));
            }));
        }
        for (int i = 0; i < 20; i++) {
            send(session.createQueue("a"), "a" + i);
            send(session.createQueue("b"), "b" + i);
            send(session.createQueue("c"), "c" + i);
        }

        soon().until(() -> heard.size() == 60);
        assertThat(most).hasValue(1);
    }

    /** §8.7: a message whose listener throws is delivered again, marked so, before those behind it. */
    @Test
    void aMessageThatItsListenerFailsOnIsDeliveredAgain() throws Exception {
        Queue queue = session.createQueue("orders");
        Session listening = connection.createSession();
        listening.createConsumer(queue).setMessageListener(listener(message -> {
            heard.add(text(message) + message.getIntProperty("JMSXDeliveryCount") + message.getJMSRedelivered());
            if (text(message).equals("bad") && message.getIntProperty("JMSXDeliveryCount") < 3) {
                throw new IllegalArgumentException("on purpose");
            }
        }));

        send(queue, "bad", "good");

        soon().until(() -> heard.size() >= 4);
        assertThat(heard).containsExactly("bad1false", "bad2true", "bad3true", "good1false");
    }

    @Test
    void aMessageOfATopicThatItsListenerFailsOnIsDeliveredAgain() throws Exception {
        Topic topic = session.createTopic("news");
        Session listening = connection.createSession();
        listening.createConsumer(topic).setMessageListener(listener(message -> {
            heard.add(text(message) + message.getIntProperty("JMSXDeliveryCount"));
            if (message.getIntProperty("JMSXDeliveryCount") < 2) {
                throw new IllegalArgumentException("on purpose");
            }
        }));

        session.createProducer(topic).send(session.createTextMessage("x"));

        soon().until(() -> heard.equals(List.of("x1", "x2")));
    }

    /** §8.7: in CLIENT_ACKNOWLEDGE mode the next message comes, and the failed one only after a recover. */
    @Test
    void inClientModeAFailingListenerGetsTheNextMessage() throws Exception {
        Queue queue = session.createQueue("orders");
        Session listening = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        listening.createConsumer(queue).setMessageListener(listener(message -> {
            heard.add(text(message));
            if (heard.size() == 1) {
                throw new IllegalArgumentException("on purpose");
            }
            if (heard.size() == 2) {
                listening.recover();
            }
            if (heard.size() == 4) {
                message.acknowledge();
            }
        }));

        send(queue, "a", "b");

        soon().until(() -> heard.size() == 4);
        assertThat(heard).containsExactly("a", "b", "a", "b");
        soon().until(() -> broker.openLeases() == 0);
    }

    /** §6.2.10: recover inside a listener delivers its message again. */
    @Test
    void recoverInsideAListenerDeliversItsMessageAgain() throws Exception {
        Queue queue = session.createQueue("orders");
        Session listening = connection.createSession();
        listening.createConsumer(queue).setMessageListener(listener(message -> {
            heard.add(text(message) + message.getJMSRedelivered());
            if (!message.getJMSRedelivered()) {
                listening.recover();
            }
        }));

        send(queue, "a");

        soon().until(() -> heard.equals(List.of("afalse", "atrue")));
    }

    /** §6.1.5: stop returns when no listener runs any more, and none is called until start. */
    @Test
    void stopWaitsForTheListenerAndNothingIsDeliveredUntilStart() throws Exception {
        Queue queue = session.createQueue("orders");
        Session listening = connection.createSession();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        listening.createConsumer(queue).setMessageListener(listener(message -> {
            inside.countDown();
            goOn.await(SOON_MS, TimeUnit.MILLISECONDS);
            heard.add(text(message));
        }));
        send(queue, "a", "b");
        inside.await(SOON_MS, TimeUnit.MILLISECONDS);
        Session sending = connection.createSession();
        AtomicReference<List<String>> heardWhenStopped = new AtomicReference<>();
        Thread stopping = Threads.named("test", () -> {
            try {
                connection.stop();
                heardWhenStopped.set(List.copyOf(heard));
            } catch (JMSException failed) {
                throw new AssertionError(failed);
            }
        });
        stopping.start();

        soon().until(() -> waits(stopping));
        // Stopping has no effect on sending.
        sending.createProducer(queue).send(sending.createTextMessage("c"));
        goOn.countDown();
        stopping.join(SOON_MS);

        assertThat(heardWhenStopped.get()).containsExactly("a");
        soon().until(() -> broker.openLeases() == 0);
        assertThat(heard).containsExactly("a");
        connection.start();
        soon().until(() -> heard.size() == 3);
        assertThat(heard).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void aListenerMustNotStopOrCloseItsOwnConnectionOrSession() throws Exception {
        Queue queue = session.createQueue("orders");
        Session listening = connection.createSession();
        List<Class<?>> thrown = new CopyOnWriteArrayList<>();
        listening.createConsumer(queue).setMessageListener(listener(message -> {
            for (Body forbidden :
                    List.<Body>of(m -> connection.stop(), m -> connection.close(), m -> listening.close())) {
                try {
                    forbidden.onMessage(message);
                } catch (JMSException refused) {
                    thrown.add(refused.getClass());
                }
            }
            heard.add(text(message));
        }));

        send(queue, "a");

        soon().until(() -> heard.size() == 1);
        assertThat(thrown)
                .containsExactly(IllegalStateException.class, IllegalStateException.class, IllegalStateException.class);
    }

    /** §8.8: a listener may close its own consumer, and its message is still acknowledged. */
    @Test
    void aListenerMayCloseItsOwnConsumer() throws Exception {
        Queue queue = session.createQueue("orders");
        Session listening = connection.createSession();
        MessageConsumer consumer = listening.createConsumer(queue);
        consumer.setMessageListener(listener(message -> {
            consumer.close();
            heard.add(text(message));
        }));
        send(queue, "a");
        soon().until(() -> heard.size() == 1);
        send(queue, "b");

        soon().until(() -> broker.openLeases() == 0);
        assertThat(text(session.createConsumer(queue).receive(SOON_MS))).isEqualTo("b");
        assertThat(heard).containsExactly("a");
    }

    /** §6.2.5: a session with a listener cannot be used to receive. */
    @Test
    void aSessionWithAListenerRefusesToReceive() throws Exception {
        Session listening = connection.createSession();
        listening.createConsumer(listening.createQueue("a")).setMessageListener(message -> {});
        MessageConsumer other = listening.createConsumer(listening.createQueue("b"));

        assertThatThrownBy(other::receiveNoWait).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aListenerThatIsRemovedHearsNothingMore() throws Exception {
        Queue queue = session.createQueue("orders");
        Session listening = connection.createSession();
        MessageConsumer consumer = listening.createConsumer(queue);
        consumer.setMessageListener(listener(message -> heard.add(text(message))));
        assertThat(consumer.getMessageListener()).isNotNull();
        send(queue, "a");
        soon().until(() -> heard.size() == 1);

        consumer.setMessageListener(null);
        send(queue, "b");

        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("b");
        assertThat(heard).containsExactly("a");
    }

    /** §6.2.15: close returns when the listener has returned. */
    @Test
    void closingASessionWaitsForItsListener() throws Exception {
        Queue queue = session.createQueue("orders");
        Session listening = connection.createSession();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        listening.createConsumer(queue).setMessageListener(listener(message -> {
            inside.countDown();
            goOn.await(SOON_MS, TimeUnit.MILLISECONDS);
            // The facilities of the session are still there.
            listening.createProducer(session.createQueue("answers")).send(listening.createTextMessage("done"));
            heard.add(text(message));
        }));
        send(queue, "a");
        inside.await(SOON_MS, TimeUnit.MILLISECONDS);
        AtomicReference<List<String>> heardWhenClosed = new AtomicReference<>();
        Thread closing = Threads.named("test", () -> {
            try {
                listening.close();
                heardWhenClosed.set(List.copyOf(heard));
            } catch (JMSException failed) {
                throw new AssertionError(failed);
            }
        });
        closing.start();
        soon().until(() -> waits(closing));
        goOn.countDown();
        closing.join(SOON_MS);

        assertThat(heardWhenClosed.get()).containsExactly("a");
        assertThat(broker.openLeases()).isZero();
        assertThat(broker.sends("answers")).hasSize(1);
    }

    @Test
    void anInterruptEndsTheWaitOfCloseWhichCanBeRepeated() throws Exception {
        Queue queue = session.createQueue("orders");
        var own = connect(factory);
        Session listening = own.createSession();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        listening.createConsumer(queue).setMessageListener(listener(message -> {
            inside.countDown();
            goOn.await(SOON_MS, TimeUnit.MILLISECONDS);
            heard.add(text(message));
        }));
        send(queue, "a", "b");
        inside.await(SOON_MS, TimeUnit.MILLISECONDS);

        Thread.currentThread().interrupt();
        assertThatThrownBy(own::close).isInstanceOf(JMSException.class).hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        goOn.countDown();
        own.close();

        assertThat(heard).as("nothing more is delivered after the first close").containsExactly("a");
        assertThat(broker.openLeases()).isZero();
    }

    @Test
    void anErrorOfAListenerIsAFailureLikeAnyOther() throws Exception {
        Queue queue = session.createQueue("orders");
        Session listening = connection.createSession();
        listening.createConsumer(queue).setMessageListener(listener(message -> {
            heard.add(text(message) + message.getIntProperty("JMSXDeliveryCount"));
            if (heard.size() == 1) {
                throw new AssertionError("on purpose");
            }
        }));

        send(queue, "a");

        soon().until(() -> heard.equals(List.of("a1", "a2")));
    }
}

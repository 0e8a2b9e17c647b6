package io.sluice.mqtt.session;

import io.netty.handler.codec.mqtt.MqttMessage;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

/**
 * The connection as its session sees it. All methods but {@link #execute} and {@link #closed} are called on the event loop of
 * the connection, and everything handed over runs there.
 */
public interface ClientLink {

    /** Why no further packet is read for the moment. Reading goes on when no reason is left. */
    enum Hold {
        /** The session is being opened. */
        CONNECTING,
        /** A SUBSCRIBE is not answered yet; what follows it must not overtake it. */
        SUBSCRIBING,
        /** Enough of the client's messages are being stored. */
        PUBLISHING,
        /** The client does not read what it is sent. */
        NOT_WRITABLE
    }

    void write(MqttMessage packet);

    void flush();

    /** Whether the client reads as fast as it is sent to: false means write no more messages for now. */
    boolean isWritable();

    void hold(Hold reason);

    void release(Hold reason);

    /** Whether reading pauses, so that silence is not the client's fault. */
    boolean isHeld();

    /** Runs the task on the event loop, soon; never within the call, so that no task interrupts another. */
    void execute(Runnable task);

    /** Runs the task after the time, unless it is cancelled before. */
    Future<?> later(long delayMs, Runnable task);

    /** Writes the last packet if there is one, and closes; in bounded time, also when the client does not read. */
    void close(Optional<MqttMessage> last);

    /** Completes when nothing is read or sent any more. */
    CompletionStage<Void> closed();

    /** For logs and for the broker. */
    String remoteAddress();
}

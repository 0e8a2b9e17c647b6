package io.sluice.mqtt.session;

import io.sluice.mqtt.message.ProtocolViolation;
import io.sluice.mqtt.message.ReasonCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Which client is connected where: one session for each client identifier (MQTT-5.0 §3.1.4). Guarded by its own lock; no
 * session is called under it.
 */
final class SessionDirectory {
    private final int sessionsMax;
    private final Map<String, Session> sessions = new HashMap<>();
    private boolean closed;

    SessionDirectory(int sessionsMax) {
        this.sessionsMax = sessionsMax;
    }

    /**
     * Enters a session; one that had the same client identifier is ended. Completes when that is over and done with.
     *
     * @throws ProtocolViolation with the reason code for the CONNACK, when there is no room
     */
    CompletionStage<Void> enter(Session session) {
        Session before;
        synchronized (this) {
            if (closed) {
                throw new ProtocolViolation(ReasonCode.SERVER_UNAVAILABLE, "the server is shutting down");
            }
            if (sessions.size() >= sessionsMax && !sessions.containsKey(session.clientId())) {
                throw new ProtocolViolation(
                        ReasonCode.QUOTA_EXCEEDED,
                        "no room for another session (at most %d); try again later".formatted(sessionsMax));
            }
            before = sessions.put(session.clientId(), session);
        }
        if (before == null) {
            return CompletableFuture.completedFuture(null);
        }
        before.endSoon(ReasonCode.SESSION_TAKEN_OVER, "another connection uses this client identifier");
        return before.ended();
    }

    void leave(Session session) {
        synchronized (this) {
            sessions.remove(session.clientId(), session);
        }
    }

    int size() {
        synchronized (this) {
            return sessions.size();
        }
    }

    /** Ends all sessions and takes no new ones. Completes when the last is over. */
    CompletionStage<Void> endAll(ReasonCode reason, String why) {
        List<Session> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(sessions.values());
        }
        all.forEach(session -> session.endSoon(reason, why));
        return CompletableFuture.allOf(all.stream()
                .map(session -> session.ended().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }
}

package io.sluice.broker.remoting;

import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.transport.InPlaceHandler;
import io.sluice.transport.Peer;
import io.sluice.transport.RequestHandler;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.ProtocolVersion;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Whether the broker is about to go. Then requests that would begin something are answered so that clients go elsewhere, first
 * those of readers and, when these have gone, sends; what ends something is served as before. Any thread.
 */
final class Farewell {
    private static final String SENTENCE = "the broker is stopping; nothing was done";

    private volatile boolean saidToReaders;
    private volatile boolean saidToSenders;

    /** From now on nobody begins to read; reads that wait are answered. */
    void sayToReaders(Collection<Peer> peers) {
        saidToReaders = true;
        peers.forEach(Farewell::sendAway);
    }

    /** From now on nothing is stored. */
    void sayToSenders() {
        saidToSenders = true;
    }

    private static void sendAway(Peer peer) {
        OpenPulls.sendAway(peer, new RefusedException(Refusal.UNAVAILABLE, SENTENCE));
    }

    /** A handler of requests that may wait for messages, or are made before reading. */
    RequestHandler forReaders(RequestHandler handler) {
        return (request, peer) -> saidToReaders ? Replies.now(goAway(request)) : begin(handler, request, peer);
    }

    RequestHandler forSenders(RequestHandler handler) {
        return (request, peer) -> saidToSenders ? Replies.now(goAway(request)) : handler.handle(request, peer);
    }

    /** What is not done in place is refused on the usual way. */
    InPlaceHandler forSenders(InPlaceHandler handler) {
        return (head, body, peer, answer) -> !saidToSenders && handler.handle(head, body, peer, answer);
    }

    private CompletionStage<Frame> begin(RequestHandler handler, Frame request, Peer peer) {
        CompletionStage<Frame> answer = handler.handle(request, peer);
        if (answer.getClass() == CompletableFuture.class
                && answer.toCompletableFuture().isDone()) {
            return answer;
        }
        if (saidToReaders) {
            // It may have begun to wait when the others had been sent away.
            sendAway(peer);
        }
        return answer.thenApply(
                given -> saidToReaders && given.code() == ResponseCode.SERVICE_NOT_AVAILABLE ? goAway(request) : given);
    }

    /** Older clients try another broker after the one code, newer ones after the other. */
    private static Frame goAway(Frame request) {
        return Frame.answer(
                request.version() < ProtocolVersion.V5_0_0 ? ResponseCode.SERVICE_NOT_AVAILABLE : ResponseCode.GO_AWAY,
                SENTENCE);
    }
}

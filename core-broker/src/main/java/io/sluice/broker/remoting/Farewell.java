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
 * Whether the broker is about to go. Then requests that would begin something are answered so that clients go elsewhere, and
 * those that end something are served as before. Any thread.
 */
final class Farewell {
    private static final String SENTENCE = "the broker is stopping; nothing was done";

    private volatile boolean said;

    /** From now on nothing begins; reads that wait are answered. */
    void say(Collection<Peer> peers) {
        said = true;
        peers.forEach(Farewell::sendAway);
    }

    private static void sendAway(Peer peer) {
        OpenPulls.sendAway(peer, new RefusedException(Refusal.UNAVAILABLE, SENTENCE));
    }

    /** A handler of requests that begin something. */
    RequestHandler unlessSaid(RequestHandler handler) {
        return (request, peer) -> said ? Replies.now(goAway(request)) : begin(handler, request, peer);
    }

    private CompletionStage<Frame> begin(RequestHandler handler, Frame request, Peer peer) {
        CompletionStage<Frame> answer = handler.handle(request, peer);
        if (answer.getClass() == CompletableFuture.class
                && answer.toCompletableFuture().isDone()) {
            return answer;
        }
        if (said) {
            // It may have begun to wait when the others had been sent away.
            sendAway(peer);
        }
        return answer.thenApply(
                given -> said && given.code() == ResponseCode.SERVICE_NOT_AVAILABLE ? goAway(request) : given);
    }

    /** As {@link #unlessSaid(RequestHandler)}: what is not done in place is refused on the usual way. */
    InPlaceHandler unlessSaid(InPlaceHandler handler) {
        return (head, body, peer, answer) -> !said && handler.handle(head, body, peer, answer);
    }

    /** Older clients try another broker after the one code, newer ones after the other. */
    private static Frame goAway(Frame request) {
        return Frame.answer(
                request.version() < ProtocolVersion.V5_0_0 ? ResponseCode.SERVICE_NOT_AVAILABLE : ResponseCode.GO_AWAY,
                SENTENCE);
    }
}

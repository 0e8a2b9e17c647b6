package io.sluice.http.consume;

import io.sluice.http.channel.BodySource;
import io.sluice.http.observe.HttpMetrics;
import io.sluice.http.observe.HttpMetrics.Outlet;
import io.sluice.port.Hold;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The answer of a browse: messages in memory of the broker, which is given back once they are written. */
final class BrowsedMessages implements BodySource {
    private final MessagePieces pieces;
    private final int count;
    private final Borrowed memory;
    private final HttpMetrics metrics;

    BrowsedMessages(MessagePieces pieces, int count, Hold hold, HttpMetrics metrics) {
        this.pieces = pieces;
        this.count = count;
        this.memory = new Borrowed(hold);
        this.metrics = metrics;
    }

    @Override
    public CompletionStage<Piece> next() {
        Piece piece = memory.read(pieces::next).orElseThrow(CancellationException::new);
        if (piece.last()) {
            memory.giveBack();
        }
        return CompletableFuture.completedFuture(piece);
    }

    @Override
    public void ended(boolean whole) {
        memory.giveBack();
        if (whole) {
            metrics.messagesOut(Outlet.BROWSE, count);
        }
    }
}

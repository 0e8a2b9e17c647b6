package io.sluice.http.consume;

import io.sluice.http.channel.BodySource;
import io.sluice.http.channel.Call;
import io.sluice.http.observe.HttpMetrics;
import io.sluice.http.observe.HttpMetrics.Outlet;
import io.sluice.port.Hold;
import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The answer of a pull that found messages. If it cannot be delivered as a whole, every lease in it is given back at once:
 * a caller that did not get the end of the JSON can do nothing with its beginning.
 */
final class PulledMessages implements BodySource {
    private final Call call;
    private final LeaseReader reader;
    private final List<Lease> leases;
    private final Borrowed memory;
    private final HttpMetrics metrics;
    private final MessagePieces pieces;

    PulledMessages(Call call, LeaseReader reader, List<Lease> leases, Hold hold, HttpMetrics metrics) {
        this.call = call;
        this.reader = reader;
        this.leases = leases;
        this.memory = new Borrowed(hold);
        this.metrics = metrics;
        this.pieces = new MessagePieces(
                leases.size(), (json, index) -> MessageJson.writeLeased(json, leases.get(index)), json -> {});
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
            metrics.messagesOut(Outlet.PULL, leases.size());
            return;
        }
        metrics.givenBack(leases.size());
        List<Settlement> releases = leases.stream()
                .<Settlement>map(lease -> new Settlement.Release(lease.receipt(), Duration.ZERO))
                .toList();
        call.onWorker(() -> Settling.quietly(reader, releases, "give back leases whose answer was not delivered"));
    }
}

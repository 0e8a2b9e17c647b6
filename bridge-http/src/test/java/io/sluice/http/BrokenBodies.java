package io.sluice.http;

import io.sluice.port.BrokerPort;
import io.sluice.port.LeaseReader;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.SysFlag;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A port that says of messages with a certain body that they are compressed, which they are not. */
final class BrokenBodies extends DelegatingPort {
    private final String body;

    BrokenBodies(BrokerPort port, String body) {
        super(port);
        this.body = body;
    }

    @Override
    public LeaseReader leases() {
        LeaseReader real = super.leases();
        return new LeaseReader() {
            @Override
            public CompletionStage<Leased> lease(LeaseRequest request) {
                return real.lease(request)
                        .thenApply(leased -> Leased.of(
                                leased.leases().stream()
                                        .map(lease -> new Lease(
                                                lease.receipt(),
                                                lease.queue(),
                                                spoil(lease.slice()),
                                                lease.attempt(),
                                                lease.leaseUntilMs()))
                                        .toList(),
                                leased.hold()));
            }

            @Override
            public CompletionStage<List<Settled>> settle(List<Settlement> settlements) {
                return real.settle(settlements);
            }
        };
    }

    private ByteBuffer spoil(ByteBuffer slice) {
        if (!new String(MessageView.of(slice).body(), StandardCharsets.UTF_8).equals(body)) {
            return slice;
        }
        ByteBuffer copy = ByteBuffer.allocate(slice.remaining());
        copy.put(slice.duplicate()).flip();
        copy.putInt(MessageLayout.SYS_FLAG, SysFlag.COMPRESSED | SysFlag.COMPRESSION_ZLIB);
        return copy;
    }
}

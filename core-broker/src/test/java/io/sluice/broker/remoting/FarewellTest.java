package io.sluice.broker.remoting;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.transport.InPlaceHandler;
import io.sluice.transport.RequestHandler;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SendCommands.RecallMessage;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.ProtocolVersion;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Who is turned away when, and in which words. */
class FarewellTest {
    private final Farewell farewell = new Farewell();
    private final RequestHandler send = farewell.forSenders((request, peer) -> done());
    private final RequestHandler read = farewell.forReaders((request, peer) -> done());

    private static CompletableFuture<Frame> done() {
        return CompletableFuture.completedFuture(Replies.done());
    }

    private static Frame of(int version) {
        Frame made = Replies.COMMANDS.request(
                RequestCode.RECALL_MESSAGE, new RecallMessage("", "Topic", "handle"), FrameBody.NONE);
        return new Frame(
                made.serialization(),
                made.code(),
                made.language(),
                version,
                made.opaque(),
                made.flag(),
                made.remark(),
                made.fields(),
                made.body());
    }

    private static int code(RequestHandler handler, int version) {
        return handler.handle(of(version), null).toCompletableFuture().join().code();
    }

    @Test
    void readersGoFirstAndSendersAreServedUntilTheyHaveGone() {
        farewell.sayToReaders(List.of());

        assertThat(code(read, ProtocolVersion.CURRENT)).isEqualTo(ResponseCode.GO_AWAY);
        assertThat(code(send, ProtocolVersion.CURRENT)).isEqualTo(ResponseCode.SUCCESS);

        farewell.sayToSenders();

        assertThat(code(send, ProtocolVersion.CURRENT)).isEqualTo(ResponseCode.GO_AWAY);
    }

    @Test
    void olderProducersAreToldWithTheCodeAfterWhichTheyTryAnotherBroker() {
        farewell.sayToSenders();

        assertThat(code(send, ProtocolVersion.V4_9_4)).isEqualTo(ResponseCode.SERVICE_NOT_AVAILABLE);
        assertThat(code(send, ProtocolVersion.V5_0_0)).isEqualTo(ResponseCode.GO_AWAY);
    }

    @Test
    void nothingIsStoredInPlaceAfterIt() {
        InPlaceHandler inPlace = farewell.forSenders((head, body, peer, answer) -> true);
        assertThat(inPlace.handle(null, null, null, null)).isTrue();

        farewell.sayToSenders();

        assertThat(inPlace.handle(null, null, null, null)).isFalse();
    }
}

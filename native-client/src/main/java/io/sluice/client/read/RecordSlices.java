package io.sluice.client.read;

import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.RecordCheck;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Cuts the body of an answer into the records it consists of. */
public final class RecordSlices {
    private RecordSlices() {}

    /**
     * One read-only slice per record, on the heap.
     *
     * @throws RefusedException with reason UNAVAILABLE when a record is damaged
     */
    public static List<ByteBuffer> of(Frame answer, String whom) {
        ByteBuffer body = answer.body().nioBuffer();
        ByteBuffer readOnly = body.asReadOnlyBuffer();
        List<ByteBuffer> slices = new ArrayList<>();
        while (body.hasRemaining()) {
            RecordCheck.Verdict verdict = RecordCheck.check(body, true);
            if (verdict != RecordCheck.Verdict.WHOLE) {
                throw new RefusedException(
                        Refusal.UNAVAILABLE,
                        "record %d in an answer of %s is damaged (%s); look at the store of that broker"
                                .formatted(slices.size() + 1, whom, verdict));
            }
            int size = body.getInt(body.position() + MessageLayout.TOTAL_SIZE);
            slices.add(readOnly.slice(body.position(), size));
            body.position(body.position() + size);
        }
        return slices;
    }
}

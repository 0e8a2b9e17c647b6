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
        RecordCheck check = new RecordCheck();
        List<ByteBuffer> slices = new ArrayList<>();
        for (int at = body.position(); at < body.limit(); ) {
            RecordCheck.Verdict verdict = check.at(body, at, body.limit() - at, true);
            if (verdict != RecordCheck.Verdict.WHOLE) {
                throw new RefusedException(
                        Refusal.UNAVAILABLE,
                        "record %d in an answer of %s is damaged (%s); look at the store of that broker"
                                .formatted(slices.size() + 1, whom, verdict));
            }
            int size = body.getInt(at + MessageLayout.TOTAL_SIZE);
            slices.add(readOnly.slice(at, size));
            at += size;
        }
        return slices;
    }
}

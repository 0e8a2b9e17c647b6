package io.sluice.store.tool;

import io.sluice.store.file.Disk;
import io.sluice.store.file.StoreIoException;
import io.sluice.store.log.LogScan;
import io.sluice.wire.message.BodyCodec;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/** Prints the records of a store as lines of JSON (NDJSON), in log order. */
public final class StoreDump {
    private StoreDump() {}

    /**
     * What to print.
     *
     * @param topic   only this topic; {@code null} for all
     * @param fromOffset log offset to begin at: of a record, or 0
     * @param limit   at most so many records
     * @param bodies  whether bodies are printed, inflated: as {@code body} when they are text, else as {@code bodyBase64}
     */
    public record Selection(String topic, long fromOffset, long limit, boolean bodies) {
        public static final Selection ALL = new Selection(null, 0, Long.MAX_VALUE, true);
    }

    /**
     * Prints the store in the directory, which nobody may have open.
     *
     * @return how many records were printed
     */
    public static long dump(Path directory, Disk disk, Selection selection, Appendable out) {
        try (OfflineStore store = OfflineStore.open(directory, disk)) {
            long from = Math.max(selection.fromOffset(), store.log().min());
            LogScan scan = new LogScan(
                    store.log(),
                    from,
                    store.log().min(),
                    LogScan.lastBegun(store.log()),
                    store.log().limit(),
                    true);
            long[] printed = {0};
            scan.run((offset, record) -> {
                MessageView view = MessageView.of(record);
                boolean wanted = selection.topic() == null || selection.topic().equals(view.topic());
                if (wanted && printed[0] < selection.limit()) {
                    print(view, selection.bodies(), out);
                    printed[0]++;
                }
            });
            return printed[0];
        } catch (IOException failed) {
            throw new StoreIoException("store %s cannot be dumped".formatted(directory), failed);
        } catch (UncheckedIOException failed) {
            throw new StoreIoException("the dump of %s cannot be written".formatted(directory), failed.getCause());
        }
    }

    private static void print(MessageView view, boolean withBody, Appendable out) {
        JsonLine line = new JsonLine()
                .number("logOffset", view.logOffset())
                .number("size", view.totalSize())
                .text("topic", view.topic())
                .number("queueId", view.queueId())
                .number("queueOffset", view.queueOffset())
                .number("flag", view.flag())
                .number("sysFlag", view.sysFlag())
                .number("bornAt", view.bornAtMs())
                .text("bornHost", JsonLine.host(view.bornHost()))
                .number("storedAt", view.storedAtMs())
                .text("storeHost", JsonLine.host(view.storeHost()))
                .number("reconsumeTimes", view.reconsumeTimes())
                .number("preparedTransactionOffset", view.preparedTransactionOffset())
                .text("messageId", view.messageId().toString())
                .texts("properties", view.properties().asMap());
        if (withBody) {
            body(view, line);
        } else {
            line.number("bodyBytes", view.storedBody().remaining());
        }
        try {
            out.append(line.end()).append('\n');
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void body(MessageView view, JsonLine line) {
        byte[] body;
        try {
            body = view.body();
        } catch (BodyCodec.CompressionException asStored) {
            ByteBuffer stored = view.storedBody();
            body = new byte[stored.remaining()];
            stored.get(body);
        }
        try {
            line.text(
                    "body",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(body))
                            .toString());
        } catch (CharacterCodingException notText) {
            line.text("bodyBase64", Base64.getEncoder().encodeToString(body));
        }
    }
}

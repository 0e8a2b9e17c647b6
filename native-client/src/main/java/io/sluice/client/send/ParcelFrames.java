package io.sluice.client.send;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.RouteCache;
import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SendCommands;
import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.message.PropertiesCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What travels in one frame, and how it is written: one message as a plain send, several as a batch, whose entries are
 * written straight into one pooled buffer. Confined to the owner of the lanes.
 */
final class ParcelFrames {
    /** Messages that share a frame share the born time of the first, so theirs may differ by this much, milliseconds. */
    private static final long BORN_SPAN_MS = 1_000;

    private static final byte[] KEY_NAME =
            (PropertyNames.UNIQUE_KEY + (char) PropertiesCodec.NAME_END).getBytes(StandardCharsets.US_ASCII);

    private final SendConfig config;
    private final UniqueKeys keys;
    private final int freshQueues;

    ParcelFrames(SendConfig config, UniqueKeys keys, int freshQueues) {
        this.config = config;
        this.keys = keys;
        this.freshQueues = freshQueues;
    }

    /** Bytes of the property that holds a key made here. */
    static int keyBytes(UniqueKeys keys) {
        return KEY_NAME.length + keys.length() + 1;
    }

    /**
     * Takes from the line what may travel together: as many from its beginning as fit.
     *
     * @param late told of each that has no time left, which is taken and left out
     */
    List<Parcel> collect(ParcelLine line, long nowNanos, Consumer<Parcel> late) {
        List<Parcel> load = new ArrayList<>();
        int bytes = 0;
        long bornAtMs = 0;
        for (Parcel next = line.peek(); next != null; next = line.peek()) {
            if (!next.isSettled() && next.deadlineNanos() - nowNanos <= 0) {
                late.accept(next);
            }
            if (next.isSettled()) {
                line.remove();
                continue;
            }
            int more = BatchEncoder.FIXED_BYTES + next.bytes();
            if (load.isEmpty()) {
                bornAtMs = next.message().bornAtMs();
            } else if (!next.mayShareFrame()
                    || bytes + more > config.batchBytes()
                    || Math.abs(next.message().bornAtMs() - bornAtMs) > BORN_SPAN_MS) {
                break;
            }
            load.add(line.remove());
            bytes += more;
            if (!next.mayShareFrame()) {
                break;
            }
        }
        nameAll(load);
        return load;
    }

    private void nameAll(List<Parcel> load) {
        if (!config.uniqueKeys()) {
            return;
        }
        long nowMs = System.currentTimeMillis();
        for (Parcel parcel : load) {
            if (parcel.keyBits() == UniqueKeys.NONE
                    && parcel.outbound().isEmpty()
                    && !parcel.message().properties().has(PropertyNames.UNIQUE_KEY)) {
                parcel.keyBits(keys.nextBits(nowMs));
            }
        }
    }

    /** The frame of messages that were collected together. */
    Frame frame(List<Parcel> load, MessageQueue queue) {
        return load.size() == 1 ? outbound(load.get(0)).frameFor(config, queue, freshQueues) : batch(load, queue);
    }

    private Outbound outbound(Parcel parcel) {
        return parcel.outbound().orElseGet(() -> {
            Message message = parcel.message();
            MessageProperties properties = parcel.keyBits() == UniqueKeys.NONE
                    ? message.properties()
                    : message.properties().with(PropertyNames.UNIQUE_KEY, keys.text(parcel.keyBits()));
            return Outbound.of(message, message.body(), properties, 0, Outbound.Redelivery.NONE);
        });
    }

    private Frame batch(List<Parcel> load, MessageQueue queue) {
        int bytes = 0;
        for (Parcel parcel : load) {
            bytes += BatchEncoder.FIXED_BYTES + parcel.bytes();
        }
        ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(bytes, bytes);
        ByteBuffer into = buffer.nioBuffer(0, bytes);
        for (Parcel parcel : load) {
            write(parcel, into);
        }
        buffer.writerIndex(bytes);
        Message first = load.get(0).message();
        return ClusterLink.request(
                RequestCode.SEND_BATCH_MESSAGE,
                new SendMessage(
                        config.group().value(),
                        queue.topic().value(),
                        RouteCache.TEMPLATE.value(),
                        freshQueues,
                        queue.queueId(),
                        0,
                        first.bornAtMs(),
                        first.flag(),
                        "",
                        0,
                        false,
                        SendCommands.GROUP_DECIDES,
                        true,
                        queue.brokerName()),
                FrameBody.of(buffer));
    }

    private void write(Parcel parcel, ByteBuffer into) {
        Message message = parcel.message();
        byte[] body = message.body();
        into.putInt(BatchEncoder.FIXED_BYTES + parcel.bytes())
                .putInt(0)
                .putInt(0)
                .putInt(message.flag())
                .putInt(body.length)
                .put(body)
                .putShort((short) (parcel.bytes() - body.length));
        if (message.properties().size() > 0) {
            PropertiesCodec.write(message.properties(), into);
        }
        if (parcel.keyBits() != UniqueKeys.NONE) {
            into.put(KEY_NAME);
            keys.write(parcel.keyBits(), into);
            into.put(PropertiesCodec.PAIR_END);
        }
    }

    /** Empty when the answer says that nothing was stored. */
    Optional<StoredAnswer> read(Frame answer, MessageQueue queue, List<Parcel> load) {
        int messages = load.size() > 1
                ? load.size()
                : load.get(0).outbound().map(only -> only.uniqueKeys().size()).orElse(1);
        return StoredAnswer.read(answer, queue, messages, keys);
    }

    /** What the sender of the message is told. */
    Sent sent(Parcel parcel, StoredAnswer answer, int index) {
        if (parcel.keyBits() != UniqueKeys.NONE) {
            return new Sent(answer, index, "", parcel.keyBits());
        }
        String known = parcel.outbound()
                .map(only -> only.uniqueKeys().get(0))
                .orElseGet(() -> parcel.message().properties().uniqueKey().orElse(""));
        return new Sent(answer, index, known.isEmpty() ? answer.onlyKey() : known, UniqueKeys.NONE);
    }
}

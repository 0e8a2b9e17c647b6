package io.sluice.mqtt.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.FilterExpression;
import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.TopicName;
import io.sluice.mqtt.message.MessageMapping;
import io.sluice.port.Placement;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.SendOutcome.Stored;
import io.sluice.port.contract.MemoryBroker;
import io.sluice.wire.message.Compression;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.SysFlag;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeliveryReaderTest {
    private final MemoryBroker broker = new MemoryBroker();
    private final Traffic traffic = new Traffic();
    private final DeliveryReader reader = new DeliveryReader(traffic);

    @AfterEach
    void close() {
        broker.close();
    }

    /** A record whose flag says that its body is a zlib stream. */
    private MessageView compressed(byte[] storedBody) {
        Message message = new Message(new TopicName("t"), storedBody, MessageProperties.NONE, 0, 0);
        Stored stored = (Stored) broker.writer()
                .send(message, Placement.ANY)
                .toCompletableFuture()
                .join();
        ByteBuffer slice = broker.reader()
                .fetch(new FetchRequest(
                        stored.queue(), stored.queueOffset(), 1, 1 << 20, FilterExpression.ALL, Duration.ZERO))
                .toCompletableFuture()
                .join()
                .records()
                .slices()
                .get(0);
        ByteBuffer changed = ByteBuffer.allocate(slice.remaining()).put(slice).flip();
        changed.putInt(MessageLayout.SYS_FLAG, SysFlag.COMPRESSED);
        return MessageView.of(changed);
    }

    @Test
    void aCompressedBodyIsDeliveredAsItsSenderGaveIt() {
        byte[] text = "text ".repeat(100).getBytes(StandardCharsets.UTF_8);
        MessageView view = compressed(Compression.ZLIB.compress(text, 5));
        assertThat(reader.read(view, MessageMapping.topicOf(view)))
                .hasValueSatisfying(
                        delivery -> assertThat(delivery.publication().payload()).isEqualTo(text));
    }

    @Test
    void aBodyThatDoesNotInflateIsLeftOutAndCounted() {
        MessageView view = compressed("no zlib stream".getBytes(StandardCharsets.UTF_8));
        assertThat(reader.read(view, MessageMapping.topicOf(view))).isEmpty();
        assertThat(traffic.droppedUnreadable.sum()).isEqualTo(1);
    }
}

package io.sluice.wire.body;

import io.sluice.wire.json.JsonArray;
import io.sluice.wire.json.JsonException;
import io.sluice.wire.json.JsonForm;
import io.sluice.wire.json.JsonReader;
import io.sluice.wire.json.JsonWriter;
import io.sluice.wire.json.KeyStyle;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** What a broker tells a name server about itself: its topics and their version. */
public record RegisterBrokerBody(TopicConfigTable topicConfigSerializeWrapper, List<String> filterServerList)
        implements Body {
    /** What a deflated body may inflate to at most, bytes. */
    public static final int INFLATED_MAX_BYTES = 32 * 1024 * 1024;

    /** First byte of a zlib stream with the usual window; JSON never begins so. */
    private static final byte ZLIB = 0x78;

    private static final int ENTRY_MAX_BYTES = 64 * 1024;
    private static final int FILTER_SERVERS_MAX_BYTES = 1024 * 1024;

    public RegisterBrokerBody(TopicConfigTable topics) {
        this(topics, List.of());
    }

    /**
     * Reads either form. The bytes tell which it is: brokers of 5.3 deflate the body when configured so, and still say in
     * the header that they do not.
     *
     * @throws JsonException when the bytes are neither, or damaged
     */
    public static RegisterBrokerBody of(byte[] body) {
        return body.length > 0 && body[0] == ZLIB ? ofDeflated(body) : Body.fromJson(RegisterBrokerBody.class, body);
    }

    /**
     * Reads the deflated form: version, topics, filter servers, each with its length before it. The block of static topics
     * that brokers of 5.x append is passed over.
     *
     * @throws JsonException when the bytes are damaged or inflate to more than {@link #INFLATED_MAX_BYTES}
     */
    static RegisterBrokerBody ofDeflated(byte[] deflated) {
        try (DataInputStream in = new DataInputStream(
                new Bounded(new InflaterInputStream(new ByteArrayInputStream(deflated)), INFLATED_MAX_BYTES))) {
            DataVersion version = JsonForm.of(DataVersion.class).read(block(in, ENTRY_MAX_BYTES));
            int count = in.readInt();
            Map<String, TopicConfig> topics = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                TopicConfig topic = TopicConfig.ofText(new String(block(in, ENTRY_MAX_BYTES), StandardCharsets.UTF_8));
                topics.put(topic.topicName(), topic);
            }
            byte[] filterServers = block(in, FILTER_SERVERS_MAX_BYTES);
            return new RegisterBrokerBody(
                    new TopicConfigTable(topics, version),
                    filterServers.length == 0 ? List.of() : filterServers(filterServers));
        } catch (IOException damaged) {
            throw new JsonException(
                    "deflated register body of %d bytes does not inflate: %s"
                            .formatted(deflated.length, damaged.getMessage()),
                    damaged);
        }
    }

    private static List<String> filterServers(byte[] json) {
        return JsonReader.read(json) instanceof JsonArray array ? array.texts() : List.of();
    }

    /** Memory grows with the bytes that are there, not with the length that is claimed. */
    private static byte[] block(DataInputStream in, int max) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > max) {
            throw new IOException("a block of %d bytes, at most %d are expected".formatted(length, max));
        }
        byte[] block = in.readNBytes(length);
        if (block.length < length) {
            throw new IOException("a block of %d bytes ends after %d".formatted(length, block.length));
        }
        return block;
    }

    /** The deflated form, with an empty block of static topics at its end. */
    public byte[] toDeflated() {
        ByteArrayOutputStream deflated = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(deflated))) {
            writeBlock(out, topicConfigSerializeWrapper.dataVersion().toJson());
            Map<String, TopicConfig> topics = topicConfigSerializeWrapper.topicConfigTable();
            out.writeInt(topics.size());
            for (TopicConfig topic : topics.values()) {
                writeBlock(out, topic.toText().getBytes(StandardCharsets.UTF_8));
            }
            JsonWriter servers = new JsonWriter(KeyStyle.QUOTED).beginArray();
            filterServerList.forEach(servers::text);
            writeBlock(out, servers.endArray().toByteArray());
            out.writeInt(0);
        } catch (IOException impossible) {
            throw new IllegalStateException("writing to memory failed", impossible);
        }
        return deflated.toByteArray();
    }

    private static void writeBlock(DataOutputStream out, byte[] block) throws IOException {
        out.writeInt(block.length);
        out.write(block);
    }

    /** Fails instead of inflating without end. */
    private static final class Bounded extends FilterInputStream {
        private long left;

        Bounded(InputStream in, long bound) {
            super(in);
            left = bound;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            count(Math.max(0, read));
            return read;
        }

        private void count(int read) throws IOException {
            left -= read;
            if (left < 0) {
                throw new IOException("it inflates to more than %d bytes".formatted(INFLATED_MAX_BYTES));
            }
        }
    }
}

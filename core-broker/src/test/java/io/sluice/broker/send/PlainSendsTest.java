package io.sluice.broker.send;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.broker.bench.ServiceBench;
import io.sluice.port.SendOutcome;
import io.sluice.store.QueueRead;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.command.SendHead;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.FrameCodec;
import io.sluice.wire.frame.FrameDecoder;
import io.sluice.wire.frame.Serialization;
import io.sluice.wire.json.JsonBytes;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.MessageLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/** The short way stores what the long way stores, byte for byte, or leaves the send to it. */
class PlainSendsTest {
    private static final InetSocketAddress SENDER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
    private static final String TOPIC = "letters";
    private static final int QUEUES = 4;

    private ServiceBench bench;
    private Path directory;
    private final SendHead said = new SendHead();
    private final PlainSend plain = new PlainSend(said);

    @BeforeProperty
    void open() throws Exception {
        directory = Files.createTempDirectory("plain-sends");
        bench = new ServiceBench(directory);
        bench.topic(TOPIC, QUEUES);
        bench.runSteps();
    }

    @AfterProperty
    void close() throws Exception {
        bench.close();
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Property(tries = 400)
    void aMessageIsStoredAsTheLongWayStoresIt(
            @ForAll("properties") String properties,
            @ForAll byte[] body,
            @ForAll int flag,
            @ForAll @IntRange(max = QUEUES - 1) int queueId,
            @ForAll Serialization kind) {
        SendMessage header = header(properties, queueId, flag, false);

        if (!storePlain(RequestCode.SEND_MESSAGE_V2, header, body, kind)) {
            return;
        }
        Sent sent =
                bench.sends.send(message(header, body)).toCompletableFuture().join();

        assertSameRecords(queueId, 1);
        assertThat(text(plain.uniqueKey())).isEqualTo(sent.uniqueKey());
        assertThat(plain.queueOffset() + 1).isEqualTo(stored(sent).queueOffset());
    }

    @Property(tries = 200)
    void aBatchIsStoredAsTheLongWayStoresIt(
            @ForAll("headers") String ofAll, @ForAll("entries") List<Entry> entries, @ForAll Serialization kind) {
        SendMessage header = header(ofAll, 1, 0, true);
        byte[] body = batch(entries);

        if (!storePlain(RequestCode.SEND_BATCH_MESSAGE, header, body, kind)) {
            return;
        }
        Sent sent = bench.sends
                .sendBatch(message(header, body))
                .toCompletableFuture()
                .join();

        assertSameRecords(1, entries.size());
        assertThat(text(plain.uniqueKey())).isEqualTo(sent.uniqueKey());
        assertThat(text(plain.ids()).split(","))
                .hasSameSizeAs(stored(sent).messageId().split(","));
    }

    @Property(tries = 300)
    void aDamagedBatchIsLeftToTheLongWayAndNothingIsStored(
            @ForAll("entries") List<Entry> entries, @ForAll int where, @ForAll byte what) {
        byte[] body = batch(entries);
        body[Math.floorMod(where, body.length)] = what;
        SendMessage header = header("", 1, 0, true);
        long before = bench.store.range(TOPIC, 1).max();

        boolean stored = storePlain(RequestCode.SEND_BATCH_MESSAGE, header, body, Serialization.JSON);

        long after = bench.store.range(TOPIC, 1).max();
        assertThat(after - before).isEqualTo(stored ? (plain.ids().length() + 1) / 33 : 0);
        Sent sent = bench.sends
                .sendBatch(message(header, body))
                .toCompletableFuture()
                .join();
        if (stored) {
            assertThat(sent.outcome()).isInstanceOf(SendOutcome.Stored.class);
        }
    }

    @Property(tries = 100)
    void whatAsksForSomethingSpecialIsLeftToTheLongWay(
            @ForAll("special") String special, @ForAll("properties") String others, @ForAll boolean batch) {
        long before = bench.store.range(TOPIC, 0).max();
        SendMessage header = header(special + others, 0, 0, batch);

        boolean stored = storePlain(RequestCode.SEND_MESSAGE_V2, header, new byte[] {1}, Serialization.JSON);

        assertThat(stored).isFalse();
        assertThat(bench.store.range(TOPIC, 0).max()).isEqualTo(before);
    }

    @Provide
    Arbitrary<String> special() {
        return Arbitraries.of(
                "DELAY\u00013\u0002",
                "TRAN_MSG\u0001true\u0002",
                "TIMER_DELAY_MS\u000177\u0002",
                "TRACE_ON\u0001true\u0002",
                "MSG_REGION\u0001elsewhere\u0002",
                "CLUSTER\u0001another\u0002",
                "POP_CK\u00011 2 3\u0002");
    }

    /** Well-formed pairs, with a unique key so that none is made; the last may lack its separator. */
    @Provide
    Arbitrary<String> properties() {
        Arbitrary<String> names =
                Arbitraries.of("TAGS", "KEYS", "WAIT", "DELAYED", "colour", "gr\u00f6\u00dfe", "T", "U");
        Arbitrary<String> values =
                Arbitraries.of("a", "true", "k1 k2  k3", "\"quoted\\", "\u4e2d\u6587", "\ud83d\ude00", "x=1;\n");
        return Combinators.combine(
                        Combinators.combine(names, values)
                                .as((name, value) -> name + '\u0001' + value + '\u0002')
                                .list()
                                .ofMaxSize(6),
                        Arbitraries.integers().between(0, 1_000_000),
                        Arbitraries.of("", "last\u0001pair", "empty\u0001\u0002", "nameless\u0002"))
                .as((pairs, key, last) -> String.join("", pairs) + "UNIQ_KEY\u0001KEY" + key + '\u0002' + last);
    }

    /** What a batch says of all its messages; the long way drops repeated names there. */
    @Provide
    Arbitrary<String> headers() {
        return Arbitraries.of(
                "",
                "WAIT\u0001true\u0002",
                "UNIQ_KEY\u0001ALL\u0002WAIT\u0001false",
                "TAGS\u0001all\u0002KEYS\u0001k\u0002");
    }

    record Entry(int flag, byte[] body, String properties) {}

    @Provide
    Arbitrary<List<Entry>> entries() {
        return Combinators.combine(
                        Arbitraries.integers(),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(300),
                        properties())
                .as(Entry::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(40);
    }

    private static byte[] batch(List<Entry> entries) {
        ByteBuf out = Unpooled.buffer();
        for (Entry entry : entries) {
            byte[] properties = entry.properties().getBytes(StandardCharsets.UTF_8);
            out.writeInt(22 + entry.body().length + properties.length)
                    .writeInt(0)
                    .writeInt(0)
                    .writeInt(entry.flag());
            out.writeInt(entry.body().length).writeBytes(entry.body());
            out.writeShort(properties.length).writeBytes(properties);
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    private static SendMessage header(String properties, int queueId, int flag, boolean batch) {
        return new SendMessage(
                "writers",
                TOPIC,
                "TBW102",
                4,
                queueId,
                0,
                1_700_000_000_000L,
                flag,
                properties,
                0,
                false,
                -1,
                batch,
                "");
    }

    private static NewMessage message(SendMessage header, byte[] body) {
        return new NewMessage(
                header.topic(),
                header.queueId(),
                header.defaultTopic(),
                header.defaultTopicQueueNums(),
                header.flag(),
                header.sysFlag(),
                header.bornTimestamp(),
                SENDER,
                header.properties(),
                ByteBuffer.wrap(body),
                header.reconsumeTimes(),
                header.maxReconsumeTimes());
    }

    /** Through the bytes of a frame, as a connection would. */
    private boolean storePlain(int code, SendMessage header, byte[] body, Serialization kind) {
        Frame request =
                CommandTable.STANDARD.request(code, header, FrameBody.of(body)).withSerialization(kind);
        boolean[] stored = {false};
        EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(false, (head, bytes) -> {
            assertThat(said.read(head.fields())).isTrue();
            plain.bring(header.batch(), bytes, MessageEncoder.host(SENDER));
            stored[0] = bench.sends.plain().store(plain);
            return true;
        }));
        channel.writeInbound(FrameCodec.encode(request, UnpooledByteBufAllocator.DEFAULT));
        channel.finishAndReleaseAll();
        return stored[0];
    }

    /** The last records of the queue are so many, stored the short way, and the same again, stored the long way. */
    private void assertSameRecords(int queueId, int count) {
        long end = bench.store.range(TOPIC, queueId).max();
        List<byte[]> shortWay = records(queueId, end - 2L * count, count);
        List<byte[]> longWay = records(queueId, end - count, count);
        assertThat(shortWay).hasSize(count);
        for (int i = 0; i < count; i++) {
            assertThat(withoutPlace(shortWay.get(i))).isEqualTo(withoutPlace(longWay.get(i)));
        }
        assertThat(entries(queueId, end - 2L * count, count)).isEqualTo(entries(queueId, end - count, count));
    }

    private List<byte[]> records(int queueId, long from, int count) {
        List<byte[]> records = new ArrayList<>();
        try (QueueRead read = bench.store.read(TOPIC, queueId, from, EntryFilter.ALL, count, 1 << 20)) {
            for (ByteBuffer slice : read.slices()) {
                byte[] bytes = new byte[slice.remaining()];
                slice.get(0, bytes);
                records.add(bytes);
            }
        }
        return records;
    }

    /** Size and tag hash of each entry. */
    private List<List<Long>> entries(int queueId, long from, int count) {
        List<List<Long>> entries = new ArrayList<>();
        bench.store.entries(TOPIC, queueId, from, from + count, (offset, logOffset, size, tagHash) -> {
            entries.add(List.of((long) size, tagHash));
            return true;
        });
        return entries;
    }

    /** Two records of the same message differ in where they lie and when they were stored. */
    private static byte[] withoutPlace(byte[] record) {
        ByteBuffer bytes = ByteBuffer.wrap(record);
        bytes.putLong(MessageLayout.QUEUE_OFFSET, 0).putLong(MessageLayout.PHYSICAL_OFFSET, 0);
        bytes.putLong(MessageLayout.BORN_HOST + MessageLayout.HOST_V4_BYTES, 0);
        return record;
    }

    private static SendOutcome.Stored stored(Sent sent) {
        return (SendOutcome.Stored) sent.outcome();
    }

    private static String text(JsonBytes utf8) {
        return new String(utf8.array(), 0, utf8.length(), StandardCharsets.UTF_8);
    }
}

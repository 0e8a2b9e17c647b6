package io.sluice.client.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.script.ScriptedCluster;
import io.sluice.client.script.ScriptedServer;
import io.sluice.client.script.ScriptedServer.Asked;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.OffsetCommands.OffsetAnswer;
import io.sluice.wire.command.PullCommands.PullAnswer;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.NewRecord;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is asked of a broker of 4.9, whose answers about offsets say less than those of later releases. */
class OldBrokerOffsetsTest {
    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);
    private static final GroupName GROUP = new GroupName("readers");

    private final MessageQueue queue = new MessageQueue(new TopicName("Orders"), "broker-a", 0);
    private ScriptedCluster cluster;
    private BrokerPort port;

    @BeforeEach
    void open() {
        cluster = new ScriptedCluster("broker-a").topic("Orders", 1);
        port = new RemotePortFactory()
                .connect(URI.create(
                        "sluice://" + cluster.nameServer().address() + "?requestTimeout=30s&connectTimeout=30s"));
    }

    @AfterEach
    void close() {
        port.close();
        cluster.close();
    }

    private static Frame offset(long offset) {
        return ScriptedCluster.ofRelease4(ScriptedCluster.answer(new OffsetAnswer(offset)));
    }

    /** A queue that begins at {@code first} and whose messages were stored at these times. */
    private ScriptedServer holds(long first, long... storedAtMs) {
        return cluster.broker()
                .on(RequestCode.GET_MIN_OFFSET, asked -> offset(first))
                .on(RequestCode.GET_MAX_OFFSET, asked -> offset(first + storedAtMs.length))
                .on(RequestCode.PULL_MESSAGE, asked -> pulled(asked, first, storedAtMs));
    }

    private Frame pulled(Asked asked, long first, long... storedAtMs) {
        long at = Long.parseLong(asked.field("queueOffset"));
        NewRecord message = NewRecord.of(Message.of("Orders", "m" + at), 0, HOST);
        ByteBuffer record =
                MessageEncoder.encode(message, at, 1000 + at, storedAtMs[Math.toIntExact(at - first)], HOST);
        return ScriptedCluster.ofRelease4(CommandTable.STANDARD.answer(
                0,
                "",
                new PullAnswer(0, at + 1, first, first + storedAtMs.length, 0, 0, 0, 0),
                FrameBody.slices(List.of(record), () -> {})));
    }

    private long offsetAt(long epochMs) {
        return port.reader().offsetAt(queue, epochMs).toCompletableFuture().join();
    }

    @Test
    void theNearestMessageIsNotTakenForTheFirstAtATime() {
        long[] stored = {100, 200, 200, 200, 300, 400};
        ScriptedServer broker = holds(7, stored);
        for (long guess = 7; guess <= 13; guess++) {
            long guessed = guess;
            broker.on(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, asked -> offset(guessed));
            for (long epochMs : new long[] {0, 100, 101, 199, 200, 201, 299, 301, 399, 400, 401}) {
                long older = LongStream.of(stored).filter(ms -> ms < epochMs).count();
                assertThat(offsetAt(epochMs))
                        .as("at %d, guessed %d", epochMs, guess)
                        .isEqualTo(7 + older);
            }
        }
    }

    @Test
    void aGoodGuessCostsTwoReads() {
        ScriptedServer broker = holds(0, LongStream.range(0, 5000).toArray());
        broker.on(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, asked -> offset(3000));
        assertThat(offsetAt(3000)).isEqualTo(3000);
        assertThat(broker.heard(RequestCode.PULL_MESSAGE)).hasSize(2);
    }

    @Test
    void aBadGuessCostsFewReads() {
        ScriptedServer broker = holds(0, LongStream.range(0, 5000).toArray());
        broker.on(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, asked -> offset(0));
        assertThat(offsetAt(4321)).isEqualTo(4321);
        assertThat(broker.heard(RequestCode.PULL_MESSAGE)).hasSizeLessThan(30);
    }

    @Test
    void anEmptyQueueHasItsEndAtEveryTime() {
        holds(5).on(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, asked -> offset(0));
        assertThat(offsetAt(1)).isEqualTo(5);
    }

    @Test
    void zeroIsAStoredOffsetOnlyWhenItStandsInTheTable() {
        cluster.broker()
                .on(RequestCode.QUERY_CONSUMER_OFFSET, asked -> offset(0))
                .on(RequestCode.GET_ALL_CONSUMER_OFFSET, asked -> table("{\"offsetTable\":{\"Orders@others\":{0:3}}}"));
        assertThat(port.offsets().committed(GROUP, queue).toCompletableFuture().join())
                .isEmpty();
        cluster.broker()
                .on(
                        RequestCode.GET_ALL_CONSUMER_OFFSET,
                        asked -> table("{\"offsetTable\":{\"Orders@readers\":{1:8,0:0}}}"));
        assertThat(port.offsets().committed(GROUP, queue).toCompletableFuture().join())
                .hasValue(0);
    }

    private static Frame table(String json) {
        return ScriptedCluster.ofRelease4(ScriptedCluster.answer(FrameBody.of(json.getBytes(StandardCharsets.UTF_8))));
    }
}

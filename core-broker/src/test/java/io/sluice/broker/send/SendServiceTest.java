package io.sluice.broker.send;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.bench.ServiceBench;
import io.sluice.model.MessageId;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.wire.message.PropertiesCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SendServiceTest {
    private static final InetSocketAddress HOST = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);

    @Nested
    class OnAStore {
        @TempDir
        Path directory;

        private ServiceBench bench;

        @BeforeEach
        void open() {
            bench = new ServiceBench(directory);
        }

        @AfterEach
        void close() {
            bench.close();
        }

        @Test
        void aSendThatMakesItsTopicIsAcknowledgedWhenTheTableIsInItsFile() {
            CompletionStage<Sent> first = bench.sends.send(message("fresh", ""));
            CompletionStage<Sent> second = bench.sends.send(message("fresh", ""));
            assertThat(bench.texts("fresh", 0)).as("stored at once, in order").hasSize(2);
            assertThat(first.toCompletableFuture()).isNotDone();
            assertThat(second.toCompletableFuture()).isNotDone();

            bench.runSteps();

            assertThat(bench.written.get(0)).contains("\"fresh\"");
            assertThat(first.toCompletableFuture().join().outcome()).isInstanceOf(SendOutcome.Stored.class);
            assertThat(second.toCompletableFuture()).isDone();
            assertThat(bench.sends.send(message("fresh", "")).toCompletableFuture())
                    .isDone();
        }

        @Test
        void aTableThatCannotBeWrittenDoesNotMakeAStoredMessageFail() {
            bench.diskRefusesTables = true;
            CompletionStage<Sent> sent = bench.sends.send(message("fresh", ""));
            bench.steps.poll().run();
            assertThat(sent.toCompletableFuture().join().outcome()).isInstanceOf(SendOutcome.Stored.class);
        }

        @Test
        void whatIsStoredAndRefusedIsCounted() {
            bench.topic("letters", 1);
            bench.sends.send(message("letters", ""));
            bench.sends.send(message("letters", "TIMER_DELAY_MS\u0001soon\u0002"));
            assertThat(bench.metrics.messagesStored().total()).isEqualTo(1);
            assertThat(bench.metrics.ofTopic("letters").orElseThrow().messages().total())
                    .isEqualTo(1);
            assertThat(bench.metrics.sendsRefused().total()).isEqualTo(1);
        }

        @Test
        void aSendToAClosedStoreIsRefused() {
            bench.topic("letters", 1);
            bench.store.close();
            assertThat(bench.sends
                            .send(message("letters", ""))
                            .toCompletableFuture()
                            .join()
                            .outcome())
                    .isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> {
                        assertThat(refused.reason()).isEqualTo(Refusal.UNAVAILABLE);
                        assertThat(refused.remedy()).isNotBlank();
                    });
        }

        private NewMessage message(String topic, String properties) {
            return new NewMessage(
                    topic,
                    0,
                    "TBW102",
                    1,
                    0,
                    0,
                    1,
                    HOST,
                    properties,
                    ByteBuffer.wrap("x".getBytes(StandardCharsets.UTF_8)),
                    0,
                    -1);
        }
    }

    @Property(tries = 300)
    void aScanFindsWhatADecoderFinds(@ForAll("propertyTexts") String text) {
        PropertyScan said = PropertyScan.of(text);
        MessageProperties decoded = PropertiesCodec.decode(text);
        assertThat(said.uniqueKey())
                .isEqualTo(decoded.find(PropertyNames.UNIQUE_KEY).orElse(""));
        assertThat(said.delay())
                .isEqualTo(decoded.find(PropertyNames.DELAY_LEVEL).orElse(""));
        assertThat(said.shardingKey()).isEqualTo(decoded.has(PropertyNames.SHARDING_KEY));
        assertThat(said.isRestamped())
                .isEqualTo(decoded.has(PropertyNames.REGION)
                        || decoded.has(PropertyNames.TRACE_ON)
                        || decoded.has(PropertyNames.CLUSTER)
                        || decoded.has(PropertyNames.POP_CHECK_POINT));
        assertThat(said.waits())
                .isEqualTo(!decoded.find(PropertyNames.WAIT)
                        .orElse("true")
                        .toLowerCase()
                        .startsWith("false"));
    }

    @Provide
    Arbitrary<String> propertyTexts() {
        Arbitrary<String> names = Arbitraries.of(
                "UNIQ_KEY",
                "WAIT",
                "DELAY",
                "TAGS",
                "MSG_REGION",
                "CLUSTER",
                "TRACE_ON",
                "POP_CK",
                "__SHARDINGKEY",
                "UNIQ",
                "DELAYED",
                "größe",
                "a");
        Arbitrary<String> values = Arbitraries.of("", "3", "false", "true", "zwölf", "x y");
        Arbitrary<String> pairs = Combinators.combine(names, values).as((name, value) -> name + '\u0001' + value);
        return pairs.list().ofMaxSize(8).flatMap(list -> Arbitraries.of("", "\u0002")
                .map(last -> list.isEmpty() ? "" : String.join("\u0002", list) + last));
    }

    @Property(tries = 200)
    void idsAreWrittenAsTheModelWritesThem(@ForAll @LongRange(min = 0) long logOffset) {
        assertThat(new MessageIds(() -> HOST).of(logOffset)).isEqualTo(new MessageId(HOST, logOffset).toString());
    }

    @Test
    void idsFollowAnAddressThatBecomesKnownLater() {
        AtomicReference<InetSocketAddress> host = new AtomicReference<>(HOST);
        MessageIds ids = new MessageIds(host::get);
        ids.of(1);
        InetSocketAddress other = new InetSocketAddress(InetAddress.getLoopbackAddress(), 99);
        host.set(other);
        assertThat(MessageId.parse(ids.of(1)).storeHost()).isEqualTo(other);
    }

    @Test
    void keysMadeByTheBrokerDiffer() {
        UniqueKeys keys = new UniqueKeys(HOST.getAddress(), 4711, 3, () -> Instant.ofEpochMilli(1_700_000_000_000L));
        String first = keys.next();
        assertThat(first).hasSize(32).startsWith("7F000001").isNotEqualTo(keys.next());
    }

    @Property(tries = 300)
    void aDamagedBatchIsRefusedAndNeverReadBeyondItsEnd(
            @ForAll("batches") byte[] batch, @ForAll @LongRange(min = 0, max = 200) long at, @ForAll byte value) {
        byte[] damaged = batch.clone();
        damaged[(int) (at % damaged.length)] = value;
        try {
            List<BatchBody.Entry> entries = BatchBody.read(ByteBuffer.wrap(damaged), 100);
            assertThat(entries).isNotEmpty();
        } catch (RefusedException refused) {
            assertThat(refused.reason()).isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        }
    }

    @Provide
    Arbitrary<byte[]> batches() {
        Arbitrary<byte[]> bodies =
                Arbitraries.bytes().array(byte[].class).ofMinSize(0).ofMaxSize(30);
        return bodies.list().ofMinSize(1).ofMaxSize(4).map(all -> {
            ByteBuffer batch = ByteBuffer.allocate(
                    all.stream().mapToInt(body -> 22 + body.length).sum());
            all.forEach(body -> batch.putInt(22 + body.length)
                    .putInt(0)
                    .putInt(0)
                    .putInt(7)
                    .putInt(body.length)
                    .put(body)
                    .putShort((short) 0));
            return batch.array();
        });
    }

    @Test
    void propertyBytesGrowAndStartAnew() {
        PropertyBytes bytes = new PropertyBytes();
        bytes.text("x".repeat(5000)).pair("größe", "1");
        assertThat(bytes.length()).isEqualTo(5000 + "größe".getBytes(StandardCharsets.UTF_8).length + 3);
        bytes.clear().pair("a", "b");
        assertThat(PropertiesCodec.decode(bytes.view()).asMap()).isEqualTo(Map.of("a", "b"));
    }
}

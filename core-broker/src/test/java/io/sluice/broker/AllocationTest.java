package io.sluice.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.FrameCodec;
import io.sluice.wire.frame.Serialization;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the node allocates on its heap for each message that comes or goes, against the figures of {@code allocation.txt}.
 * Bytes are stable where times are not. Run with {@code -Dsluice.rewrite=true} to write the figures anew.
 */
class AllocationTest {
    private static final Path FIGURES =
            Path.of(System.getProperty("sluice.root"), "core-broker", "src", "test", "resources", "allocation.txt");
    /** Part and bytes by which a figure may be exceeded: what the compiler got to differs a little from run to run. */
    private static final double MARGIN_PART = 0.3;

    private static final double MARGIN_BYTES = 16;

    private static final int BURST = 64;
    private static final int BATCH = 32;
    private static final int WARM_UP_BURSTS = 600;
    private static final int MEASURED_BURSTS = 300;
    private static final int ROUNDS_MIN = 3;
    /** What the compiler still removes it removes when it finds the time: on a machine that is busy otherwise, late. */
    private static final int ROUNDS_MAX = 40;

    private static final String TOPIC = "Allocation";

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path directory;

    @Test
    void noMessageCostsMoreThanTheFigureOfItsKind() throws IOException {
        Map<String, Double> measured = new TreeMap<>();
        long[] before = THREADS.getAllThreadIds();
        // Tests look for lost buffers, which costs memory for each of them; a node does so for one in a hundred.
        ResourceLeakDetector.Level strict = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
        try (NativeNode node = NativeNode.in(directory)) {
            node.send(TOPIC, 0, "makes the topic", "UNIQ_KEY", "0");
            Measure measure = new Measure(node, before, measured);
            measure.put("send, JSON header", 1, single(Serialization.JSON));
            measure.put("send, binary header", 1, single(Serialization.ROCKETMQ));
            measure.put("send, per message of a batch", BATCH, batch());
            measure.put("pull, per message of 32 in memory", BATCH, pull());
        } finally {
            ResourceLeakDetector.setLevel(strict);
        }
        if (Boolean.getBoolean("sluice.rewrite")) {
            write(measured);
        }
        Map<String, Double> figures = read();
        assertThat(figures.keySet()).isEqualTo(measured.keySet());
        assertThat(measured).allSatisfy((operation, bytes) -> assertThat(bytes)
                .as(
                        "heap bytes of '%s'; allocation.txt says %.0f. If more is right, run this test with"
                                + " -Dsluice.rewrite=true and say why in the commit",
                        operation, figures.get(operation))
                .isLessThanOrEqualTo(allowed(figures.get(operation))));
    }

    private static double allowed(double figure) {
        return figure * (1 + MARGIN_PART) + MARGIN_BYTES;
    }

    private static void write(Map<String, Double> measured) throws IOException {
        Files.writeString(
                FIGURES,
                measured.entrySet().stream()
                        .map(figure -> "%s = %.0f%n".formatted(figure.getKey(), figure.getValue()))
                        .collect(Collectors.joining(
                                "", "# heap bytes that the node allocates per message, see AllocationTest\n", "")));
    }

    private static Map<String, Double> read() throws IOException {
        return Files.readAllLines(FIGURES).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(" = "))
                .collect(Collectors.toMap(figure -> figure[0], figure -> Double.parseDouble(figure[1])));
    }

    private static Frame single(Serialization kind) {
        return send(RequestCode.SEND_MESSAGE_V2, FrameBody.of(new byte[128])).withSerialization(kind);
    }

    private static Frame batch() {
        byte[] properties = NativeNode.properties("UNIQ_KEY", "FD00000000000000000000000000000000", "WAIT", "true")
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer body = ByteBuffer.allocate(BATCH * (22 + 128 + properties.length));
        for (int i = 0; i < BATCH; i++) {
            body.putInt(22 + 128 + properties.length).putInt(0).putInt(0).putInt(0);
            body.putInt(128).put(new byte[128]);
            body.putShort((short) properties.length).put(properties);
        }
        return send(RequestCode.SEND_BATCH_MESSAGE, FrameBody.of(body.array()));
    }

    private static Frame send(int code, FrameBody body) {
        String properties = NativeNode.properties("UNIQ_KEY", "FD00000000000000000000000000000000", "WAIT", "true");
        return NativeNode.COMMANDS.request(code, NativeNode.message(TOPIC, 0, properties), body);
    }

    private static Frame pull() {
        return NativeNode.COMMANDS.request(RequestCode.PULL_MESSAGE, NativeNode.pull(TOPIC, 0, 1, "*", Duration.ZERO));
    }

    /** Bursts of one request over one connection, and what the threads of the node allocated meanwhile. */
    private static final class Measure {
        private final NativeNode node;
        private final long[] notOfTheNode;
        private final Map<String, Double> figures = read();
        private final Map<String, Double> measured;

        Measure(NativeNode node, long[] notOfTheNode, Map<String, Double> measured) throws IOException {
            this.node = node;
            this.notOfTheNode = notOfTheNode;
            this.measured = measured;
        }

        void put(String operation, int messagesPerFrame, Frame request) throws IOException {
            double enough = allowed(figures.getOrDefault(operation, 0.0));
            measured.put(operation, bytesPer(messagesPerFrame, request, enough));
        }

        private double bytesPer(int messagesPerFrame, Frame request, double enough) throws IOException {
            byte[] burst = burst(request);
            try (Socket socket = new Socket("127.0.0.1", node.broker().localPort())) {
                OutputStream out = socket.getOutputStream();
                DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 17));
                run(WARM_UP_BURSTS, burst, out, in);
                double least = Double.MAX_VALUE;
                for (int round = 0; round < ROUNDS_MIN || round < ROUNDS_MAX && least > enough; round++) {
                    long from = allocated();
                    run(MEASURED_BURSTS, burst, out, in);
                    double bytes = allocated() - from;
                    least = Math.min(least, bytes / (MEASURED_BURSTS * BURST * messagesPerFrame));
                }
                return least;
            }
        }

        private static byte[] burst(Frame request) {
            ByteBuf frame = FrameCodec.encode(request, UnpooledByteBufAllocator.DEFAULT);
            ByteBuffer all = ByteBuffer.allocate(BURST * frame.readableBytes());
            for (int i = 0; i < BURST; i++) {
                all.put(frame.nioBuffer());
            }
            frame.release();
            return all.array();
        }

        private static void run(int bursts, byte[] burst, OutputStream out, DataInputStream in) throws IOException {
            int part = burst.length / BURST;
            for (int i = 0; i < bursts; i++) {
                // A few frames at a time: neither side ever waits for the other to read.
                for (int at = 0; at < BURST; at += 8) {
                    out.write(burst, at * part, 8 * part);
                    for (int answer = 0; answer < 8; answer++) {
                        in.skipNBytes(in.readInt());
                    }
                }
            }
        }

        private long allocated() {
            long[] ids = Arrays.stream(THREADS.getAllThreadIds())
                    .filter(id -> Arrays.stream(notOfTheNode).noneMatch(other -> other == id))
                    .toArray();
            return Arrays.stream(THREADS.getThreadAllocatedBytes(ids))
                    .filter(bytes -> bytes > 0)
                    .sum();
        }
    }
}

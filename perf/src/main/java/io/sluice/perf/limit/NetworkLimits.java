package io.sluice.perf.limit;

import io.sluice.perf.measure.Completion;
import io.sluice.perf.measure.LoadPlan;
import io.sluice.perf.measure.LoadRun;
import io.sluice.perf.measure.Result;
import io.sluice.runtime.CloseStack;
import io.sluice.runtime.Threads;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Echoed frames with synchronous callers, pipelined and at a fixed rate, and bytes over loopback. */
final class NetworkLimits {
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration MEASURED = Duration.ofSeconds(3);
    private static final Duration PACED_MEASURED = Duration.ofSeconds(10);
    private static final int PACED_OPEN = 20_000;
    private static final int LOOPS_MAX = 2;
    private static final int PIPELINE = 64;
    private static final int CHUNK_BYTES = 1 << 16;
    private static final long LOOPBACK_BYTES = 4L << 30;

    private NetworkLimits() {}

    /** @param frameBytes size of a frame, its length field included; @param callers synchronous ones */
    static List<Limit> measure(int frameBytes, int callers) throws IOException, InterruptedException {
        List<Limit> limits = new ArrayList<>();
        int payload = frameBytes - Integer.BYTES;
        limits.add(best(Limits.ECHO_CALLERS, callers + " callers", frameBytes, port -> sync(port, payload, callers)));
        limits.add(best(Limits.ECHO_PIPELINED, "one connection", frameBytes, port -> pipelined(port, payload)));
        limits.addAll(paced(payload));
        limits.add(new Limit(Limits.LOOPBACK, "writes of 64 KB", loopback() / 1e6, "MB/s"));
        return limits;
    }

    @FunctionalInterface
    private interface Echoed {
        double perSecond(int port) throws IOException, InterruptedException;
    }

    /** With as many event loops as do best. */
    private static Limit best(String name, String detail, int frameBytes, Echoed load)
            throws IOException, InterruptedException {
        double best = 0;
        int loopsOfBest = 0;
        for (int loops = 1; loops <= LOOPS_MAX; loops++) {
            try (EchoServer server = new EchoServer(loops)) {
                double rate = load.perSecond(server.port());
                if (rate > best) {
                    best = rate;
                    loopsOfBest = loops;
                }
            }
        }
        return new Limit(
                name, "%s, %d bytes, %d event loop(s)".formatted(detail, frameBytes, loopsOfBest), best, "frames/s");
    }

    private static byte[] frames(int frameBytes, int count) {
        ByteBuffer frames = ByteBuffer.allocate((4 + frameBytes) * count);
        for (int i = 0; i < count; i++) {
            frames.putInt(i * (4 + frameBytes), frameBytes);
        }
        return frames.array();
    }

    private static double sync(int port, int frameBytes, int threads) throws InterruptedException {
        byte[] frame = frames(frameBytes, 1);
        List<Socket> sockets = new ArrayList<>();
        try (CloseStack closing = new CloseStack()) {
            for (int i = 0; i < threads; i++) {
                sockets.add(closing.push(connect(port)));
            }
            Result result = LoadRun.run(LoadPlan.fast(WARM_UP, MEASURED, threads, 1), (number, thread, completion) -> {
                Socket socket = sockets.get(thread);
                socket.getOutputStream().write(frame);
                socket.getInputStream().readNBytes(new byte[frame.length], 0, frame.length);
                completion.done(1);
            });
            return result.rate();
        }
    }

    private static Socket connect(int port) {
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            return socket;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static double pipelined(int port, int frameBytes) throws IOException, InterruptedException {
        byte[] burst = frames(frameBytes, PIPELINE);
        try (Socket socket = connect(port)) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 17));
            byte[] echo = new byte[burst.length];
            // One burst travels while the one before comes back, so that neither side waits for the other.
            socket.getOutputStream().write(burst);
            Result result = LoadRun.run(LoadPlan.fast(WARM_UP, MEASURED, 1, 1), (number, thread, completion) -> {
                socket.getOutputStream().write(burst);
                in.readFully(echo);
                completion.done(PIPELINE);
            });
            return result.rate();
        }
    }

    /** Latencies from the moment at which a frame was due, as the end-to-end scenario has them. */
    private static List<Limit> paced(int frameBytes) throws IOException, InterruptedException {
        byte[] frame = frames(frameBytes, 1);
        Queue<Completion> sent = new ConcurrentLinkedQueue<>();
        try (EchoServer server = new EchoServer(1);
                Socket socket = connect(server.port())) {
            Thread reader = Threads.named("echo-reader", () -> completeInOrder(socket, frame.length, sent));
            reader.start();
            Result result = LoadRun.run(
                    new LoadPlan(WARM_UP, PACED_MEASURED, 0, 1, PACED_OPEN, Limits.PACED_RATE),
                    (number, thread, completion) -> {
                        sent.add(completion);
                        socket.getOutputStream().write(frame);
                    });
            socket.shutdownOutput();
            reader.join();
            String detail = "one connection, %d bytes, from when due".formatted(frame.length);
            return List.of(
                    new Limit(Limits.ECHO_PACED_P50, detail, result.percentileMs(50), "ms"),
                    new Limit(Limits.ECHO_PACED_P99_6, detail, result.percentileMs(99.6), "ms"),
                    new Limit(Limits.ECHO_PACED_P99_996, detail, result.percentileMs(99.996), "ms"));
        }
    }

    /** Until the other side has closed; frames come back in the order in which they were sent. */
    private static void completeInOrder(Socket socket, int frameBytes, Queue<Completion> sent) {
        byte[] echo = new byte[frameBytes];
        try (InputStream in = new BufferedInputStream(socket.getInputStream(), CHUNK_BYTES)) {
            while (in.readNBytes(echo, 0, frameBytes) == frameBytes) {
                sent.remove().done(1);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static double loopback() throws IOException, InterruptedException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread sender = Threads.named("loopback-sender", () -> {
                try (Socket out = connect(server.getLocalPort())) {
                    byte[] chunk = new byte[CHUNK_BYTES];
                    for (long sent = 0; sent < LOOPBACK_BYTES; sent += CHUNK_BYTES) {
                        out.getOutputStream().write(chunk);
                    }
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            });
            sender.start();
            try (Socket accepted = server.accept();
                    InputStream in = accepted.getInputStream()) {
                byte[] chunk = new byte[CHUNK_BYTES];
                long begin = System.nanoTime();
                long received = 0;
                for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                    received += read;
                }
                return received / ((System.nanoTime() - begin) / 1e9);
            } finally {
                sender.join();
            }
        }
    }
}

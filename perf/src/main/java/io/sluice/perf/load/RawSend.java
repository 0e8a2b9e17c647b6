package io.sluice.perf.load;

import io.sluice.perf.measure.Completion;
import io.sluice.runtime.Threads;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * SEND_MESSAGE_V2 requests encoded once and written as they are over one connection, answers read and counted: what the
 * node can take when the client costs next to nothing. Works against any RocketMQ-compatible broker.
 */
public final class RawSend implements AutoCloseable {
    /** Requests written at once. */
    public static final int BURST = 64;

    private static final int SUCCESS = 0;
    /** Of an answer that is a refusal. */
    private static final int SHOWN_BYTES = 300;

    private final Socket socket;
    private final OutputStream out;
    private final byte[] burst;
    private final ConcurrentLinkedQueue<Completion> unanswered = new ConcurrentLinkedQueue<>();

    /** @param queues the requests go to queues 0..queues-1 of the topic in turn */
    public RawSend(String host, int port, String topic, int queues, int bodyBytes) throws IOException {
        this.socket = new Socket(host, port);
        socket.setTcpNoDelay(true);
        this.out = socket.getOutputStream();
        this.burst = frames(topic, queues, bodyBytes);
        Thread reader = Threads.named("raw-reader", this::read);
        reader.setDaemon(true);
        reader.start();
    }

    private static byte[] frames(String topic, int queues, int bodyBytes) {
        ByteBuffer[] frames = new ByteBuffer[BURST];
        int total = 0;
        for (int i = 0; i < BURST; i++) {
            frames[i] = frame(topic, i % queues, i, bodyBytes);
            total += frames[i].remaining();
        }
        ByteBuffer all = ByteBuffer.allocate(total);
        for (ByteBuffer frame : frames) {
            all.put(frame);
        }
        return all.array();
    }

    private static ByteBuffer frame(String topic, int queueId, int opaque, int bodyBytes) {
        String header = """
                {"code":310,"extFields":{"a":"PG_RAW","b":"%s","c":"TBW102","d":"4","e":"%d","f":"0","g":"%d","h":"0",\
                "i":"UNIQ_KEY\\u0001FD00000000000000000000000000000243465FFD2B27673CC0790000\\u0002WAIT\\u0001true\\u0002",\
                "j":"0","k":"false","m":"false","n":"broker-a"},"flag":0,"language":"JAVA","opaque":%d,\
                "serializeTypeCurrentRPC":"JSON","version":479}""".formatted(topic, queueId, System.currentTimeMillis(), opaque);
        byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(8 + bytes.length + bodyBytes);
        frame.putInt(4 + bytes.length + bodyBytes).putInt(bytes.length).put(bytes);
        frame.position(0);
        return frame;
    }

    /** Bytes of one such request, its length field included. */
    public static int frameBytes(String topic, int bodyBytes) {
        return frame(topic, 0, 0, bodyBytes).remaining();
    }

    /**
     * Writes a burst of requests; done when all of them are answered, with the number of those that were stored. For one
     * thread at a time.
     */
    public void burst(Completion answered) throws IOException {
        unanswered.add(answered);
        out.write(burst);
    }

    private void read() {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 17))) {
            byte[] answer = new byte[4096];
            while (true) {
                int failed = 0;
                String refusal = "";
                for (int i = 0; i < BURST; i++) {
                    int total = in.readInt();
                    if (total < 4 || total > answer.length) {
                        throw new IOException("an answer of %d bytes; expected 4..%d".formatted(total, answer.length));
                    }
                    in.readFully(answer, 0, total);
                    if (codeOf(answer, total) != SUCCESS) {
                        failed++;
                        refusal = new String(answer, 4, Math.min(total - 4, SHOWN_BYTES), StandardCharsets.UTF_8);
                    }
                }
                Completion done = unanswered.remove();
                if (failed > 0) {
                    done.refused(failed, new IOException("a send was refused: " + refusal));
                }
                done.done(BURST - failed);
            }
        } catch (IOException closed) {
            unanswered.forEach(waiting -> waiting.failed(closed));
        }
    }

    /** The number behind {@code "code":} of a JSON header. */
    private static int codeOf(byte[] answer, int length) {
        for (int i = 4; i + 8 < length; i++) {
            if (answer[i] == '"'
                    && answer[i + 1] == 'c'
                    && answer[i + 2] == 'o'
                    && answer[i + 3] == 'd'
                    && answer[i + 4] == 'e'
                    && answer[i + 5] == '"'
                    && answer[i + 6] == ':') {
                int code = 0;
                for (int at = i + 7; at < length && answer[at] >= '0' && answer[at] <= '9'; at++) {
                    code = code * 10 + answer[at] - '0';
                }
                return code;
            }
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package io.sluice.perf.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One kept connection of a caller that waits for each answer: as little work as HTTP/1.1 allows, so that the door is
 * measured rather than a client library. For one thread at a time.
 */
final class HttpConnection implements AutoCloseable {
    private static final int LINE_MAX_BYTES = 8192;
    private static final int ANSWER_MAX_BYTES = 64 << 20;
    private static final int TIMEOUT_MS = 70_000;

    private final Socket socket;
    private final String host;
    private final InputStream in;
    private final OutputStream out;

    record Answer(int status, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    HttpConnection(String host, int port) throws IOException {
        this.socket = new Socket(host, port);
        this.host = host + ":" + port;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        this.out = socket.getOutputStream();
    }

    Answer get(String path) throws IOException {
        return call("GET", path, "application/octet-stream", new byte[0]);
    }

    Answer post(String path, String contentType, byte[] body) throws IOException {
        return call("POST", path, contentType, body);
    }

    private Answer call(String method, String path, String contentType, byte[] body) throws IOException {
        byte[] head = "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                .formatted(method, path, host, contentType, body.length)
                .getBytes(StandardCharsets.US_ASCII);
        byte[] request = new byte[head.length + body.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        out.write(request);
        return answer();
    }

    private Answer answer() throws IOException {
        String status = line();
        int length = 0;
        boolean chunked = false;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = bounded(
                        Integer.parseInt(lower.substring(lower.indexOf(':') + 1).trim()));
            } else if (lower.startsWith("transfer-encoding:") && lower.contains("chunked")) {
                chunked = true;
            }
        }
        return new Answer(Integer.parseInt(status.split(" ", 3)[1]), chunked ? chunks() : exactly(length));
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        while (true) {
            int length = bounded(Integer.parseInt(line().split(";", 2)[0].trim(), 16));
            whole.writeBytes(exactly(length));
            bounded(whole.size());
            if (!line().isEmpty()) {
                throw new IOException("a chunk of %d bytes does not end with an empty line".formatted(length));
            }
            if (length == 0) {
                return whole.toByteArray();
            }
        }
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("the connection ended after %d of %d bytes".formatted(bytes.length, length));
        }
        return bytes;
    }

    private static int bounded(int bytes) throws IOException {
        if (bytes < 0 || bytes > ANSWER_MAX_BYTES) {
            throw new IOException("an answer of %d bytes; expected 0..%d".formatted(bytes, ANSWER_MAX_BYTES));
        }
        return bytes;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.length() == LINE_MAX_BYTES) {
                throw new IOException("the connection ended, or a line is longer than %d bytes: '%s'"
                        .formatted(LINE_MAX_BYTES, line.substring(0, Math.min(line.length(), 100))));
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

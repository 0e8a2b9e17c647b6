package io.sluice.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A peer that speaks to the door byte by byte. */
final class RawPeer implements AutoCloseable {
    private static final int TIMEOUT_MS = 60_000;

    final Socket socket;

    RawPeer(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
    }

    RawPeer say(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    /** Everything until the door ends the connection. */
    String hearToTheEnd() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** One answer: its head, and its body if it has a length. */
    String hear() throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return head + "<end>";
            }
            head.append((char) next);
        }
        int at = head.toString().toLowerCase(Locale.ROOT).indexOf("content-length: ");
        if (at < 0) {
            return head.toString();
        }
        int length = Integer.parseInt(head.substring(at + "content-length: ".length())
                .split("\r", 2)[0]
                .trim());
        return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    /** Ends the connection with a reset, as a killed process on a broken network would. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

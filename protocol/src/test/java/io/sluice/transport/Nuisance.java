package io.sluice.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/** A peer that sends whatever it likes, takes the answers without a look, and comes back when it is cut. One thread. */
public final class Nuisance implements AutoCloseable {
    private static final int PATIENCE_MS = 60_000;

    private final String address;
    private Socket socket;

    /** @param address {@code host:port} of the server */
    public Nuisance(String address) throws IOException {
        this.address = address;
        connect();
    }

    private void connect() throws IOException {
        socket = new Socket();
        socket.connect(Addresses.parse(address), PATIENCE_MS);
        InputStream answers = socket.getInputStream();
        Thread drain = new Thread(() -> drain(answers), "nuisance-drain");
        drain.setDaemon(true);
        drain.start();
    }

    private static void drain(InputStream answers) {
        byte[] chunk = new byte[64 * 1024];
        try {
            int read = 0;
            while (read >= 0) {
                read = answers.read(chunk);
            }
        } catch (IOException cut) {
            // What a server should do after damage; the next send notices.
            return;
        }
    }

    /** Sends the bytes; when the server has cut the connection they are lost, and the next ones go over a new one. */
    public void send(byte[] bytes) throws IOException {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException cut) {
            socket.close();
            connect();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package io.sluice.client.script;

import io.sluice.transport.Addresses;
import io.sluice.transport.ConnectionLimits;
import io.sluice.transport.IoThreads;
import io.sluice.transport.Peer;
import io.sluice.transport.RemotingServer;
import io.sluice.transport.RequestTable;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A server on a port of its own. A code without a script is answered with 3, as by a server that does not know it. */
public final class ScriptedServer implements AutoCloseable {
    private final IoThreads threads = IoThreads.start("script-io", 1);
    private final RemotingServer server = RemotingServer.open(threads, ConnectionLimits.DEFAULT);
    private final Map<Integer, Function<Asked, CompletionStage<Frame>>> scripts = new ConcurrentHashMap<>();
    private final List<Asked> heard = new CopyOnWriteArrayList<>();
    /** Answers that may be outstanding when the server closes. */
    private final List<CompletableFuture<Frame>> open = new CopyOnWriteArrayList<>();

    private final String address;

    /** One request; the body is a copy. */
    public record Asked(int code, Map<String, String> fields, byte[] body, boolean oneWay, Frame frame) {
        public String field(String name) {
            return fields.getOrDefault(name, "");
        }

        public <T extends Record> T header(Class<T> type) {
            return CommandTable.STANDARD.read(frame, type);
        }
    }

    /** @param codes that the server listens to; what it answers is said with {@link #on} */
    public ScriptedServer(int... codes) {
        RequestTable table = new RequestTable();
        for (int code : codes) {
            table.on(code, this::answer);
        }
        try {
            address = Addresses.text(server.listen("127.0.0.1", 0, table));
        } catch (IOException taken) {
            throw new UncheckedIOException(taken);
        }
    }

    private CompletionStage<Frame> answer(Frame request, Peer peer) {
        Frame kept = request.withBody(FrameBody.NONE);
        Asked asked = new Asked(
                request.code(), request.fields().asMap(), request.body().toByteArray(), request.isOneWay(), kept);
        heard.add(asked);
        Function<Asked, CompletionStage<Frame>> script = scripts.get(request.code());
        if (script == null) {
            return CompletableFuture.completedFuture(Frame.answer(3, "no script"));
        }
        CompletionStage<Frame> answer = script.apply(asked);
        open.add(answer.toCompletableFuture());
        return answer;
    }

    public ScriptedServer on(int code, Function<Asked, Frame> script) {
        return onAsync(code, asked -> CompletableFuture.completedFuture(script.apply(asked)));
    }

    public ScriptedServer onAsync(int code, Function<Asked, CompletionStage<Frame>> script) {
        scripts.put(code, script);
        return this;
    }

    public String address() {
        return address;
    }

    public List<Asked> heard(int code) {
        return heard.stream().filter(asked -> asked.code() == code).toList();
    }

    /** Codes in the order in which they were heard. */
    public List<Integer> codes() {
        return heard.stream().map(Asked::code).toList();
    }

    /** Asks or tells every client that is connected now. */
    public void tellClients(Frame request) {
        server.peers().forEach(peer -> peer.oneWay(request));
    }

    /** Ends every connection; clients may come back. */
    public void dropClients() {
        server.peers().forEach(peer -> peer.close("the script says so"));
    }

    @Override
    public void close() {
        open.forEach(answer -> answer.complete(Frame.answer(1, "the server is closing")));
        server.close();
        threads.close();
    }
}

package io.sluice.broker;

import io.sluice.store.StoreConfig;
import io.sluice.store.file.FileDisk;
import io.sluice.transport.ConnectionLimits;
import io.sluice.transport.IoThreads;
import io.sluice.transport.RemotingClient;
import io.sluice.transport.RequestTable;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.PullCommands;
import io.sluice.wire.command.PullCommands.PullMessage;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.Serialization;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A broker on a real store, and clients that speak to it over sockets as RocketMQ clients do. */
final class NativeNode implements AutoCloseable {
    static final CommandTable COMMANDS = CommandTable.STANDARD;
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final String GROUP = "readers";

    private final Broker broker;
    private final IoThreads threads = IoThreads.start("test-io", 1);
    private final List<RemotingClient> clients = new ArrayList<>();
    private final RemotingClient client;
    private Serialization serialization = Serialization.JSON;

    NativeNode(Path directory, UnaryOperator<BrokerConfig> change) throws IOException {
        this(directory, change, List.of());
    }

    NativeNode(Path directory, UnaryOperator<BrokerConfig> change, List<String> nameServers) throws IOException {
        StoreConfig store = StoreConfig.in(directory).withLogSegmentBytes(8 * 1024 * 1024);
        this.broker = Broker.open(change.apply(BrokerConfig.in(store)), new FileDisk(), InstantSource.system());
        try {
            broker.start(nameServers);
        } catch (IOException | RuntimeException failed) {
            broker.close();
            throw failed;
        }
        this.client = connect(new RequestTable());
    }

    static NativeNode in(Path directory) throws IOException {
        return new NativeNode(directory, config -> config);
    }

    Broker broker() {
        return broker;
    }

    String address() {
        return "127.0.0.1:" + broker.localPort();
    }

    /** Requests made from now on have headers of this kind. */
    NativeNode speaking(Serialization other) {
        serialization = other;
        return this;
    }

    /** One more client, with a connection of its own, that answers these requests of the broker. */
    RemotingClient connect(RequestTable inbound) {
        RemotingClient made = RemotingClient.open(threads, ConnectionLimits.DEFAULT, inbound);
        clients.add(made);
        return made;
    }

    Frame ask(int code, Record header) {
        return ask(code, header, FrameBody.NONE);
    }

    Frame ask(int code, Record header, FrameBody body) {
        return ask(client, COMMANDS.request(code, header, body));
    }

    Frame ask(Frame request) {
        return ask(client, request);
    }

    Frame ask(RemotingClient from, Frame request) {
        return begin(from, request)
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    CompletableFuture<Frame> begin(RemotingClient from, Frame request) {
        return from.call(address(), request.withSerialization(serialization), PATIENCE)
                .toCompletableFuture();
    }

    CompletableFuture<Frame> begin(Frame request) {
        return begin(client, request);
    }

    void tell(Frame request) {
        client.oneWay(address(), request).toCompletableFuture().join();
    }

    static FrameBody body(String text) {
        return FrameBody.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Properties in their stored form, as newer clients write them. */
    static String properties(String... namesAndValues) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            text.append(namesAndValues[i])
                    .append('\u0001')
                    .append(namesAndValues[i + 1])
                    .append('\u0002');
        }
        return text.toString();
    }

    static SendMessage message(String topic, int queueId, String properties) {
        return new SendMessage(
                "writers", topic, "TBW102", 4, queueId, 0, 1_700_000_000_000L, 7, properties, 0, false, -1, false, "");
    }

    Frame send(String topic, int queueId, String text, String... properties) {
        return ask(RequestCode.SEND_MESSAGE_V2, message(topic, queueId, properties(properties)), body(text));
    }

    /** A read that names its filter itself, so that nobody need have said anything before. */
    static PullMessage pull(String topic, int queueId, long offset, String tags, Duration hold) {
        int sysFlag = PullCommands.SYS_FLAG_SUBSCRIPTION | (hold.isZero() ? 0 : PullCommands.SYS_FLAG_SUSPEND);
        return new PullMessage(
                GROUP, topic, queueId, offset, 32, sysFlag, 0, hold.toMillis(), tags, 0, "TAG", 0, 0, "");
    }

    Frame pull(String topic, int queueId, long offset) {
        return ask(RequestCode.PULL_MESSAGE, pull(topic, queueId, offset, "*", Duration.ZERO));
    }

    /** The records of an answer. */
    static List<MessageView> records(Frame answer) {
        ByteBuffer rest = ByteBuffer.wrap(answer.body().toByteArray());
        List<MessageView> views = new ArrayList<>();
        while (rest.hasRemaining()) {
            int size = rest.getInt(rest.position());
            views.add(MessageView.of(rest.slice(rest.position(), size)));
            rest.position(rest.position() + size);
        }
        return views;
    }

    static String text(MessageView record) {
        return new String(record.body(), StandardCharsets.UTF_8);
    }

    static List<String> texts(Frame answer) {
        return records(answer).stream().map(NativeNode::text).toList();
    }

    @Override
    public void close() {
        clients.forEach(RemotingClient::close);
        broker.close();
        threads.close();
    }
}

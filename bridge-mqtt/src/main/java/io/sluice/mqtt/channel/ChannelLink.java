package io.sluice.mqtt.channel;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.util.ReferenceCountUtil;
import io.sluice.mqtt.session.ClientLink;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** One TCP connection in the eyes of its session. Confined to the channel's event loop. */
final class ChannelLink implements ClientLink {
    /** How long a client that was told good-bye may take to close its side. */
    private static final long LINGER_MS = 1000;

    private final SocketChannel channel;
    private final EnumSet<Hold> holds = EnumSet.noneOf(Hold.class);
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private boolean closing;

    ChannelLink(SocketChannel channel) {
        this.channel = channel;
        channel.closeFuture().addListener(gone -> closed.complete(null));
    }

    boolean isClosing() {
        return closing;
    }

    @Override
    public void write(MqttMessage packet) {
        if (closing) {
            ReferenceCountUtil.release(packet);
            return;
        }
        channel.write(packet, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean isWritable() {
        return !closing && channel.isWritable();
    }

    @Override
    public void hold(Hold reason) {
        holds.add(reason);
        channel.config().setAutoRead(false);
    }

    /** Reading goes on in a task of its own, because packets that wait already are handed on within the call. */
    @Override
    public void release(Hold reason) {
        if (holds.remove(reason) && holds.isEmpty()) {
            execute(this::resumeUnlessHeld);
        }
    }

    private void resumeUnlessHeld() {
        if (holds.isEmpty()) {
            channel.config().setAutoRead(true);
        }
    }

    @Override
    public boolean isHeld() {
        return !holds.isEmpty();
    }

    @Override
    public void execute(Runnable task) {
        if (!channel.eventLoop().isShuttingDown()) {
            channel.eventLoop().execute(task);
        }
    }

    @Override
    public Future<?> later(long delayMs, Runnable task) {
        return channel.eventLoop().schedule(task, delayMs, TimeUnit.MILLISECONDS);
    }

    /**
     * Closing a socket that has unread bytes resets the connection, and a reset may overtake the last packet. So after a last
     * packet only our side is shut, and what the client still sends is thrown away until it closes, or time is over.
     */
    @Override
    public void close(Optional<MqttMessage> last) {
        if (closing) {
            return;
        }
        boolean sendable = last.isPresent() && channel.isActive() && channel.isWritable();
        closing = true;
        if (!sendable) {
            last.ifPresent(ReferenceCountUtil::release);
            channel.close();
            return;
        }
        later(LINGER_MS, channel::close);
        channel.writeAndFlush(last.get()).addListener(written -> {
            if (written.isSuccess()) {
                channel.shutdownOutput().addListener(shut -> closed.complete(null));
                holds.clear();
                channel.config().setAutoRead(true);
            } else {
                channel.close();
            }
        });
    }

    @Override
    public CompletionStage<Void> closed() {
        return closed;
    }

    @Override
    public String remoteAddress() {
        InetSocketAddress address = channel.remoteAddress();
        return address == null ? "unknown" : address.getHostString() + ":" + address.getPort();
    }

    static ChannelLink of(Channel channel) {
        return new ChannelLink((SocketChannel) channel);
    }
}

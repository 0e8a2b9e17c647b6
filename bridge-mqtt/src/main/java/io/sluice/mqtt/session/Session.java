package io.sluice.mqtt.session;

import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.sluice.mqtt.deliver.Inbox;
import io.sluice.mqtt.deliver.Traffic;
import io.sluice.mqtt.message.ProtocolViolation;
import io.sluice.mqtt.message.PublishPackets;
import io.sluice.mqtt.message.ReasonCode;
import io.sluice.mqtt.session.ClientLink.Hold;
import io.sluice.port.MessageWriter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the server keeps for one connected client; lasts as long as the connection (MQTT-5.0 §4.1).
 *
 * <p>All packet verbs are called on the event loop of the connection, one after another. A packet that the standard forbids
 * ends the session with a DISCONNECT that says why, or without a word in MQTT 3.1.1, and publishes the will.
 */
public final class Session {
    private static final Logger log = LoggerFactory.getLogger(Session.class);
    private static final Set<Integer> ALLOWED_IN_ACK =
            Set.of(MqttProperties.REASON_STRING, MqttProperties.USER_PROPERTY);
    private static final Set<Integer> ALLOWED_IN_DISCONNECT =
            Set.of(MqttProperties.SESSION_EXPIRY_INTERVAL, MqttProperties.REASON_STRING, MqttProperties.USER_PROPERTY);

    /** Where a session is in its life. */
    private enum State {
        /** CONNECT has been read, CONNACK is not sent yet. */
        OPENING,
        /** CONNACK has accepted the client. */
        OPEN,
        /** Over: nothing is read or sent any more. */
        ENDED
    }

    private final ConnectRequest request;
    private final ClientLink link;
    private final SessionLimits limits;
    private final Traffic traffic;
    private final Packets packets;
    private final Inbox inbox;
    private final Courier courier;
    private final PublishIntake intake;
    private final SubscriptionBook subscriptions;
    private final Will will;
    private final Consumer<Session> onEnd;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private State state = State.OPENING;
    private long heardNanos = System.nanoTime();
    private Future<?> keepAliveWatch = CompletableFuture.completedFuture(null);
    private Future<?> standstillWatch = CompletableFuture.completedFuture(null);
    /** The standstill of the inbox that is being timed, or 0. */
    private long timedStandstill;

    /** @param onEnd told once, on the event loop, when the session is over */
    Session(
            ConnectRequest request,
            ClientLink link,
            MessageWriter writer,
            Household household,
            Consumer<Session> onEnd) {
        this.request = request;
        this.link = link;
        this.limits = household.limits();
        this.traffic = household.traffic();
        this.onEnd = onEnd;
        this.packets = new Packets(request.version(), request.reasonsWanted());
        this.inbox = new Inbox(new InboxOwner(), household.deliveryLimits(), traffic);
        Client client = new Client(request, link, packets, this::onLoop);
        this.courier = new Courier(client, inbox, limits.outboundWindow(), traffic);
        this.subscriptions = new SubscriptionBook(client, household.fanOut(), inbox, limits);
        this.intake = new PublishIntake(client, writer, limits, traffic, subscriptions::hasNoLocal);
        this.will = new Will(request.will(), writer, traffic, request.clientId());
    }

    /** Hands what tails say over to the event loop. */
    private final class InboxOwner implements Inbox.Owner {
        @Override
        public String clientId() {
            return request.clientId();
        }

        @Override
        public void hasWork() {
            onLoop(courier::carry);
        }

        @Override
        public void holdsUpTail() {
            onLoop(Session.this::timeStandstill);
        }
    }

    String clientId() {
        return request.clientId();
    }

    /** Completes when the connection is gone and the will, if it was due, stored or refused. */
    CompletionStage<Void> ended() {
        return ended;
    }

    private void onLoop(Runnable task) {
        link.execute(() -> guarded(task));
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (ProtocolViolation violation) {
            violated(violation);
        }
    }

    /** What MQTT 3.1.1 clients cannot be told, the operator is: one line for each session, the first reason counts. */
    private void violated(ProtocolViolation violation) {
        if (state == State.ENDED) {
            return;
        }
        log.info(
                "session is ended: client={} address={}: {} ({})",
                request.clientId(),
                link.remoteAddress(),
                violation.getMessage(),
                violation.reason());
        end(violation.reason(), violation.getMessage(), true);
    }

    // ---- open ----

    /** Accepts the client: CONNACK, and from now on packets are read (MQTT-5.0 §3.2). */
    void open() {
        if (state != State.OPENING) {
            return;
        }
        state = State.OPEN;
        traffic.sessionsOpened.increment();
        link.write(packets.connAck(connAckProperties()));
        link.flush();
        link.release(Hold.CONNECTING);
        heardNanos = System.nanoTime();
        watchKeepAlive();
        log.debug("session opened: client={} address={}", request.clientId(), link.remoteAddress());
    }

    private MqttProperties connAckProperties() {
        MqttProperties said = new MqttProperties();
        if (request.version() == ProtocolVersion.V3) {
            return said;
        }
        if (request.sessionExpirySet()) {
            said.add(new IntegerProperty(MqttProperties.SESSION_EXPIRY_INTERVAL, 0));
        }
        said.add(new IntegerProperty(MqttProperties.RECEIVE_MAXIMUM, limits.receiveMaximum()));
        said.add(new IntegerProperty(MqttProperties.MAXIMUM_PACKET_SIZE, limits.maxPacketBytes()));
        said.add(new IntegerProperty(MqttProperties.TOPIC_ALIAS_MAXIMUM, limits.topicAliasMaximum()));
        said.add(new IntegerProperty(MqttProperties.RETAIN_AVAILABLE, 0));
        if (request.idAssigned()) {
            said.add(new StringProperty(MqttProperties.ASSIGNED_CLIENT_IDENTIFIER, request.clientId()));
        }
        if (keepAliveSeconds() != request.keepAliveSeconds()) {
            said.add(new IntegerProperty(MqttProperties.SERVER_KEEP_ALIVE, keepAliveSeconds()));
        }
        return said;
    }

    // ---- keep-alive ----

    private int keepAliveSeconds() {
        int asked = request.keepAliveSeconds();
        if (request.version() == ProtocolVersion.V3) {
            return asked;
        }
        return asked == 0 ? limits.keepAliveMaxSeconds() : Math.min(asked, limits.keepAliveMaxSeconds());
    }

    /** Silence of one and a half times the keep-alive ends the session (MQTT-5.0 §3.1.2.10), unless we do not listen. */
    private void watchKeepAlive() {
        long allowedMs = keepAliveSeconds() * 1500L;
        if (allowedMs == 0 || state != State.OPEN) {
            return;
        }
        long silentMs = link.isHeld() ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardNanos);
        if (silentMs >= allowedMs) {
            end(ReasonCode.KEEP_ALIVE_TIMEOUT, "no packet came for %d ms".formatted(silentMs), true);
        } else {
            keepAliveWatch = link.later(allowedMs - silentMs, this::watchKeepAlive);
        }
    }

    /** A whole packet has come. */
    public void heard() {
        heardNanos = System.nanoTime();
    }

    // ---- packets ----

    public void publish(MqttPublishMessage packet) {
        guarded(() -> intake.publish(packet));
    }

    public void pubRel(MqttMessage packet) {
        guarded(() -> intake.release(acknowledgement(packet).messageId()));
    }

    public void pubAck(MqttMessage packet) {
        guarded(() -> courier.pubAck(acknowledgement(packet).messageId()));
    }

    public void pubRec(MqttMessage packet) {
        guarded(() -> {
            MqttPubReplyMessageVariableHeader header = acknowledgement(packet);
            courier.pubRec(header.messageId(), (header.reasonCode() & 0x80) != 0);
        });
    }

    public void pubComp(MqttMessage packet) {
        guarded(() -> courier.pubComp(acknowledgement(packet).messageId()));
    }

    private static MqttPubReplyMessageVariableHeader acknowledgement(MqttMessage packet) {
        if (!(packet.variableHeader() instanceof MqttPubReplyMessageVariableHeader header)) {
            throw new ProtocolViolation(ReasonCode.MALFORMED_PACKET, "an acknowledgement without packet identifier");
        }
        PublishPackets.requireOnly(header.properties(), ALLOWED_IN_ACK, "acknowledgement");
        return header;
    }

    public void subscribe(MqttSubscribeMessage packet) {
        guarded(() -> subscriptions.subscribe(packet));
    }

    public void unsubscribe(MqttUnsubscribeMessage packet) {
        guarded(() -> subscriptions.unsubscribe(packet));
    }

    public void ping() {
        link.write(packets.pingResp());
        link.flush();
    }

    /** The client ends in good order; its will is forgotten, unless it says otherwise (MQTT-5.0 §3.14). */
    public void disconnect(MqttMessage packet) {
        guarded(() -> {
            boolean withWill = false;
            if (packet.variableHeader() instanceof MqttReasonCodeAndPropertiesVariableHeader header) {
                PublishPackets.requireOnly(header.properties(), ALLOWED_IN_DISCONNECT, "DISCONNECT");
                boolean wantsToLast = PublishPackets.integer(
                                header.properties(), MqttProperties.SESSION_EXPIRY_INTERVAL)
                        .filter(seconds -> seconds != 0)
                        .isPresent();
                if (wantsToLast && !request.sessionExpirySet()) {
                    throw new ProtocolViolation(
                            ReasonCode.PROTOCOL_ERROR,
                            "DISCONNECT sets a Session Expiry Interval that CONNECT had left at 0");
                }
                withWill = header.reasonCode() != ReasonCode.SUCCESS.code();
            }
            finish(Optional.empty(), "client disconnected", withWill);
        });
    }

    /** A packet that only servers send, or one that may not come now. */
    public void unexpected(String packet) {
        violated(new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, "a client may not send %s now".formatted(packet)));
    }

    // ---- slow consumers ----

    /** Called on the event loop when the client reads again. */
    public void readable() {
        guarded(courier::carry);
    }

    /** A full inbox may hold up a tail for a bounded time only: other subscribers wait for the same tail. */
    private void timeStandstill() {
        long standstill = inbox.standstill();
        if (standstill == 0 || standstill == timedStandstill || state == State.ENDED) {
            return;
        }
        timedStandstill = standstill;
        standstillWatch.cancel(false);
        standstillWatch = link.later(limits.slowConsumerMs(), () -> {
            if (inbox.standstill() == standstill) {
                traffic.slowConsumers.increment();
                log.info(
                        "slow consumer is disconnected: client={} address={}",
                        request.clientId(),
                        link.remoteAddress());
                end(
                        ReasonCode.QUOTA_EXCEEDED,
                        "messages were not taken for %d ms while the inbox was full".formatted(limits.slowConsumerMs()),
                        true);
            }
        });
    }

    // ---- end ----

    /** Ends the session from this side. Any thread. */
    void endSoon(ReasonCode reason, String why) {
        link.execute(() -> end(reason, why, true));
    }

    /** Ends the session from this side, on the event loop. */
    public void end(ReasonCode reason, String why, boolean publishWill) {
        finish(packets.disconnect(reason, why), why, publishWill);
    }

    /** Ends the session if it is still not open: the connection has no more time to be one. */
    public void giveUpOpening() {
        if (state == State.OPENING) {
            finish(Optional.empty(), "the session could not be opened in time", false);
        }
    }

    /** The connection is gone, on the event loop. */
    public void connectionLost() {
        finish(Optional.empty(), "connection lost", true);
    }

    private void finish(Optional<MqttMessage> last, String why, boolean publishWill) {
        if (state == State.ENDED) {
            return;
        }
        boolean wasOpen = state == State.OPEN;
        state = State.ENDED;
        keepAliveWatch.cancel(false);
        standstillWatch.cancel(false);
        log.debug("session ended: client={} address={}: {}", request.clientId(), link.remoteAddress(), why);
        subscriptions.close();
        courier.close();
        link.close(wasOpen ? last : Optional.empty());
        CompletionStage<Void> willDone =
                wasOpen && publishWill ? will.publish() : CompletableFuture.completedFuture(null);
        if (wasOpen) {
            traffic.sessionsClosed.increment();
        }
        onEnd.accept(this);
        link.closed()
                .thenCombine(willDone, (closed, stored) -> null)
                .whenComplete((done, never) -> ended.complete(null));
    }
}

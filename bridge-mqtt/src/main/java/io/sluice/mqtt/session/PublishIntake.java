package io.sluice.mqtt.session;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.sluice.model.Message;
import io.sluice.mqtt.deliver.Traffic;
import io.sluice.mqtt.message.MessageMapping;
import io.sluice.mqtt.message.ProtocolViolation;
import io.sluice.mqtt.message.Publication;
import io.sluice.mqtt.message.PublishPackets;
import io.sluice.mqtt.message.ReasonCode;
import io.sluice.mqtt.session.ClientLink.Hold;
import io.sluice.mqtt.topic.DelayedTopic;
import io.sluice.mqtt.topic.IllegalTopicException;
import io.sluice.mqtt.topic.MqttTopic;
import io.sluice.port.MessageWriter;
import io.sluice.port.Placement;
import io.sluice.port.SendOutcome;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Takes messages from the client into the log (MQTT-5.0 §3.3, §4.3, §4.6).
 *
 * <p>A message is acknowledged when the broker has stored it, and acknowledgements leave in the order in which the messages
 * came. QoS 2 is stored when it comes and acknowledged by PUBREC; its packet identifier is remembered until PUBREL, so that a
 * repetition is not stored again. Confined to the event loop of the session.
 */
final class PublishIntake {
    /** What becomes of one message: unknown until the broker has answered. */
    private static final class Pending {
        final int qos;
        final int packetId;
        ReasonCode reason;
        String why = "";

        Pending(int qos, int packetId) {
            this.qos = qos;
            this.packetId = packetId;
        }
    }

    /** A QoS 2 message between PUBLISH and PUBREL. */
    private enum Exchange {
        /** Being stored; PUBREC is not sent yet. */
        STORING,
        /** PUBREC is sent; PUBREL is due. */
        RECEIVED
    }

    private final Client client;
    private final ClientLink link;
    private final Packets packets;
    private final MessageWriter writer;
    private final SessionLimits limits;
    private final Traffic traffic;
    private final BooleanSupplier marksOwn;

    private final Map<Integer, MqttTopic> aliases = new HashMap<>();
    /** QoS 1 and 2, in the order received; the head is acknowledged first. */
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();

    private final Map<Integer, Exchange> exchanges = new HashMap<>();
    /** QoS 1 messages in {@link #pending}; with {@link #exchanges} what counts against Receive Maximum. */
    private int pendingQos1;

    private int storing;
    private long storingBytes;

    /** @param marksOwn whether the client subscribes with No Local, so that its messages must be told from others */
    PublishIntake(
            Client client, MessageWriter writer, SessionLimits limits, Traffic traffic, BooleanSupplier marksOwn) {
        this.client = client;
        this.link = client.link();
        this.packets = client.packets();
        this.writer = writer;
        this.limits = limits;
        this.traffic = traffic;
        this.marksOwn = marksOwn;
    }

    /** @throws ProtocolViolation when the connection must end */
    void publish(MqttPublishMessage packet) {
        int qos = packet.fixedHeader().qosLevel().value();
        int packetId = packet.variableHeader().packetId();
        if (qos > 0 && isRepetition(packetId, qos)) {
            return;
        }
        if (qos > 0
                && client.version() == ProtocolVersion.V5
                && pendingQos1 + exchanges.size() >= limits.receiveMaximum()) {
            throw new ProtocolViolation(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "more than %d messages are unacknowledged".formatted(limits.receiveMaximum()));
        }
        requireNotRetained(packet, qos);
        Pending mine = new Pending(qos, packetId);
        Message message;
        String shardingKey;
        try {
            MqttTopic name = topicOf(packet.variableHeader());
            DelayedTopic meant = DelayedTopic.of(name).orElseGet(() -> new DelayedTopic(name, 0));
            MqttTopic topic = meant.topic();
            ConnectRequest.requireOrdinary(topic);
            Publication publication = PublishPackets.read(packet, topic);
            shardingKey = topic.name();
            long now = System.currentTimeMillis();
            Message plain = MessageMapping.toMessage(
                    publication, marksOwn.getAsBoolean() ? client.request().clientId() : "", now);
            message = meant.delaySeconds() == 0 ? plain : plain.deliverAt(now + meant.delaySeconds() * 1000);
        } catch (IllegalTopicException illegal) {
            refuseAtOnce(mine, illegal.getMessage());
            return;
        }
        await(mine);
        store(mine, message, shardingKey);
    }

    /** A QoS 2 message that is repeated before its PUBREL was stored already (MQTT-5.0 §4.3.3). */
    private boolean isRepetition(int packetId, int qos) {
        Exchange exchange = exchanges.get(packetId);
        if (exchange == null) {
            return false;
        }
        if (qos != 2) {
            throw new ProtocolViolation(
                    ReasonCode.PROTOCOL_ERROR, "packet identifier %d is in use by a QoS 2 message".formatted(packetId));
        }
        if (exchange == Exchange.RECEIVED) {
            link.write(packets.pubRec(packetId, ReasonCode.SUCCESS, ""));
            link.flush();
        }
        return true;
    }

    /**
     * Retained messages are not served: MQTT 5 clients were told (§3.2.2.3.14). In MQTT 3.1.1 a QoS 0 message may lose its
     * retention at once (§3.3.1.3), and an empty one has nothing to retain; any other must not be acknowledged.
     */
    private void requireNotRetained(MqttPublishMessage packet, int qos) {
        if (!packet.fixedHeader().isRetain()) {
            return;
        }
        if (client.version() == ProtocolVersion.V5
                || qos > 0 && packet.payload().isReadable()) {
            throw new ProtocolViolation(
                    ReasonCode.RETAIN_NOT_SUPPORTED, "messages are not retained; publish without the RETAIN flag");
        }
    }

    private MqttTopic topicOf(MqttPublishVariableHeader header) {
        int alias = PublishPackets.integer(header.properties(), MqttProperties.TOPIC_ALIAS)
                .orElse(-1);
        if (alias == 0 || alias > limits.topicAliasMaximum()) {
            throw new ProtocolViolation(
                    ReasonCode.TOPIC_ALIAS_INVALID,
                    "topic alias %d is outside 1..%d".formatted(alias, limits.topicAliasMaximum()));
        }
        if (!header.topicName().isEmpty()) {
            MqttTopic topic = new MqttTopic(header.topicName());
            if (alias > 0) {
                aliases.put(alias, topic);
            }
            return topic;
        }
        MqttTopic known = aliases.get(alias);
        if (known == null) {
            throw new ProtocolViolation(
                    ReasonCode.PROTOCOL_ERROR, "PUBLISH without a topic name and without a known topic alias");
        }
        return known;
    }

    private void refuseAtOnce(Pending mine, String why) {
        traffic.publishesRefused.increment();
        if (mine.qos == 0) {
            throw new ProtocolViolation(ReasonCode.TOPIC_NAME_INVALID, why);
        }
        await(mine);
        settle(mine, ReasonCode.TOPIC_NAME_INVALID, why);
    }

    private void await(Pending mine) {
        if (mine.qos > 0) {
            pending.add(mine);
        }
        if (mine.qos == 1) {
            pendingQos1++;
        } else if (mine.qos == 2) {
            exchanges.put(mine.packetId, Exchange.STORING);
        }
    }

    private void store(Pending mine, Message message, String shardingKey) {
        int bytes = message.body().length;
        storing++;
        storingBytes += bytes;
        if (storing > limits.receiveMaximum() || storingBytes > limits.publishBytesMax()) {
            link.hold(Hold.PUBLISHING);
        }
        writer.send(message, new Placement.ByShardingKey(shardingKey))
                .whenComplete((outcome, failure) -> client.loop().execute(() -> stored(mine, bytes, outcome, failure)));
    }

    private void stored(Pending mine, int bytes, SendOutcome outcome, Throwable failure) {
        storing--;
        storingBytes -= bytes;
        if (storing <= limits.receiveMaximum() && storingBytes <= limits.publishBytesMax()) {
            link.release(Hold.PUBLISHING);
        }
        if (failure != null) {
            traffic.publishesRefused.increment();
            settle(
                    mine,
                    ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                    "the broker failed: " + Refusals.unwrap(failure).getMessage());
            return;
        }
        outcome.fold(
                done -> {
                    traffic.published.increment();
                    return settle(mine, ReasonCode.SUCCESS, "");
                },
                doubt -> {
                    traffic.publishesRefused.increment();
                    return settle(
                            mine,
                            ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
                            "stored, but not as safely as configured (%s); publishing again may duplicate"
                                    .formatted(doubt.doubt()));
                },
                refused -> {
                    traffic.publishesRefused.increment();
                    return settle(mine, Refusals.ofPublish(refused.reason()), refused.remedy());
                });
    }

    /**
     * Notes what became of a message and acknowledges what is due. MQTT 3.1.1 cannot say that a message was not taken: there
     * the connection ends without an acknowledgement (MQTT-3.1.1 §3.3.5), unless the message had QoS 0.
     */
    private Void settle(Pending mine, ReasonCode reason, String why) {
        if (mine.qos == 0) {
            return null;
        }
        if (reason.isFailure() && client.version() == ProtocolVersion.V3) {
            throw new ProtocolViolation(reason, why);
        }
        mine.reason = reason;
        mine.why = why;
        boolean written = false;
        while (!pending.isEmpty() && pending.peek().reason != null) {
            acknowledge(pending.poll());
            written = true;
        }
        if (written) {
            link.flush();
        }
        return null;
    }

    private void acknowledge(Pending settled) {
        if (settled.qos == 1) {
            pendingQos1--;
            link.write(packets.pubAck(settled.packetId, settled.reason, settled.why));
            return;
        }
        if (settled.reason.isFailure()) {
            exchanges.remove(settled.packetId);
        } else {
            exchanges.put(settled.packetId, Exchange.RECEIVED);
        }
        link.write(packets.pubRec(settled.packetId, settled.reason, settled.why));
    }

    /** A PUBREL came. */
    void release(int packetId) {
        Exchange exchange = exchanges.get(packetId);
        if (exchange == Exchange.STORING) {
            throw new ProtocolViolation(
                    ReasonCode.PROTOCOL_ERROR, "PUBREL for packet identifier %d before its PUBREC".formatted(packetId));
        }
        exchanges.remove(packetId);
        ReasonCode reason = exchange == null ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND : ReasonCode.SUCCESS;
        link.write(packets.pubComp(packetId, reason));
        link.flush();
    }
}

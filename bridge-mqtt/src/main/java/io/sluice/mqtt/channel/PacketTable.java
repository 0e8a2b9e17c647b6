package io.sluice.mqtt.channel;

import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.sluice.mqtt.session.Session;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** Which packet of a client is answered by which verb of its session (MQTT-5.0 §2.1.2). The rest may not come. */
final class PacketTable {
    static final PacketTable OF_SESSIONS = new PacketTable()
            .on(MqttMessageType.PUBLISH, (session, packet) -> session.publish((MqttPublishMessage) packet))
            .on(MqttMessageType.PUBACK, Session::pubAck)
            .on(MqttMessageType.PUBREC, Session::pubRec)
            .on(MqttMessageType.PUBREL, Session::pubRel)
            .on(MqttMessageType.PUBCOMP, Session::pubComp)
            .on(MqttMessageType.SUBSCRIBE, (session, packet) -> session.subscribe((MqttSubscribeMessage) packet))
            .on(MqttMessageType.UNSUBSCRIBE, (session, packet) -> session.unsubscribe((MqttUnsubscribeMessage) packet))
            .on(MqttMessageType.PINGREQ, (session, packet) -> session.ping())
            .on(MqttMessageType.DISCONNECT, Session::disconnect);

    private final Map<MqttMessageType, BiConsumer<Session, MqttMessage>> verbs = new EnumMap<>(MqttMessageType.class);

    private PacketTable() {}

    private PacketTable on(MqttMessageType type, BiConsumer<Session, MqttMessage> verb) {
        verbs.put(type, verb);
        return this;
    }

    void dispatch(Session session, MqttMessage packet) {
        MqttMessageType type = packet.fixedHeader().messageType();
        BiConsumer<Session, MqttMessage> verb = verbs.get(type);
        if (verb == null) {
            session.unexpected(type.name());
        } else {
            verb.accept(session, packet);
        }
    }
}

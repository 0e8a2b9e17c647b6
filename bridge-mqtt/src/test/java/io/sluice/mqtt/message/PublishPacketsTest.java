package io.sluice.mqtt.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.sluice.mqtt.topic.MqttTopic;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PublishPacketsTest {
    private static final long NOW = 1_700_000_000_000L;

    private static Delivery delivery(Publication publication, OptionalLong expiresAtMs) {
        return new Delivery(publication, "0".repeat(32), expiresAtMs, Optional.empty());
    }

    private static MqttPublishMessage decoded(ByteBuf wire) {
        EmbeddedChannel channel = new EmbeddedChannel(new MqttDecoder(1 << 20), MqttEncoder.INSTANCE);
        channel.writeOutbound(MqttMessageBuilders.connect()
                .protocolVersion(MqttVersion.MQTT_5)
                .clientId("c")
                .cleanSession(true)
                .build());
        ByteBuf connect = channel.readOutbound();
        channel.writeInbound(connect, wire);
        channel.readInbound();
        return channel.readInbound();
    }

    private static ByteBuf encoded(MqttPublishMessage packet) {
        EmbeddedChannel channel = new EmbeddedChannel(MqttEncoder.INSTANCE);
        channel.writeOutbound(MqttMessageBuilders.connect()
                .protocolVersion(MqttVersion.MQTT_5)
                .clientId("c")
                .cleanSession(true)
                .build());
        ((ByteBuf) channel.readOutbound()).release();
        channel.writeOutbound(packet);
        return channel.readOutbound();
    }

    @Property(tries = 200)
    void theSizeIsWhatTheEncoderWrites(
            @ForAll @IntRange(max = 20_000) int payload,
            @ForAll @IntRange(max = 2) int qos,
            @ForAll @Size(max = 3) List<@IntRange(min = 1, max = 268_435_455) Integer> identifiers,
            @ForAll boolean rich) {
        Publication publication = rich
                ? new Publication(
                        new MqttTopic("a/ü"),
                        new byte[payload],
                        qos,
                        Optional.of(true),
                        OptionalLong.empty(),
                        Optional.of("x/é"),
                        Optional.of("r"),
                        Optional.of(new byte[payload % 300]),
                        IntStream.range(0, payload % 7)
                                .mapToObj(i -> new UserProperty("n" + i, "€".repeat(i)))
                                .toList())
                : Publication.plain(new MqttTopic("a"), new byte[payload], qos);
        OptionalLong expiry = rich ? OptionalLong.of(NOW + 5000) : OptionalLong.empty();
        MqttPublishMessage packet =
                PublishPackets.write(delivery(publication, expiry), qos, qos == 0 ? 0 : 7, identifiers, true, NOW);
        long expected = PublishPackets.encodedBytes(packet);
        ByteBuf wire = encoded(packet);
        assertThat((long) wire.readableBytes()).isEqualTo(expected);
        MqttPublishMessage back = decoded(wire);
        assertThat(back.payload().readableBytes()).isEqualTo(payload);
        assertThat(back.variableHeader().properties().getProperties(MqttProperties.SUBSCRIPTION_IDENTIFIER).stream()
                        .map(id -> ((IntegerProperty) id).value())
                        .toList())
                .isEqualTo(identifiers);
        back.release();
    }

    @Test
    void theExpiryToldIsWhatIsLeftRoundedUp() {
        Publication publication = Publication.plain(new MqttTopic("a"), new byte[0], 0);
        assertThat(expiryTold(delivery(publication, OptionalLong.of(NOW + 1)))).isEqualTo(1);
        assertThat(expiryTold(delivery(publication, OptionalLong.of(NOW + 1001))))
                .isEqualTo(2);
        assertThat(expiryTold(delivery(publication, OptionalLong.of(Long.MAX_VALUE / 2))))
                .isEqualTo(-1);
    }

    private static int expiryTold(Delivery delivery) {
        MqttPublishMessage packet = PublishPackets.write(delivery, 0, 0, List.of(), true, NOW);
        return PublishPackets.integer(packet.variableHeader().properties(), MqttProperties.PUBLICATION_EXPIRY_INTERVAL)
                .orElseThrow();
    }

    @Test
    void aPropertyThatDoesNotBelongIntoAPublishIsRefused() {
        MqttProperties properties = new MqttProperties();
        properties.add(new IntegerProperty(MqttProperties.SESSION_EXPIRY_INTERVAL, 1));
        MqttPublishMessage packet = MqttMessageBuilders.publish()
                .topicName("a")
                .properties(properties)
                .payload(io.netty.buffer.Unpooled.EMPTY_BUFFER)
                .qos(io.netty.handler.codec.mqtt.MqttQoS.AT_MOST_ONCE)
                .build();
        assertThatThrownBy(() -> PublishPackets.read(packet, new MqttTopic("a")))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining("0x11");
    }
}

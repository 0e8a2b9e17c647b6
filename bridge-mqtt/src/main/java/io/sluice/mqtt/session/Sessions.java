package io.sluice.mqtt.session;

import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.sluice.model.Caller;
import io.sluice.mqtt.deliver.Traffic;
import io.sluice.mqtt.message.ProtocolViolation;
import io.sluice.mqtt.message.ReasonCode;
import io.sluice.mqtt.session.ClientLink.Hold;
import io.sluice.port.BrokerPort;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens sessions for connections that have sent their CONNECT, and ends all of them when the door closes. */
public final class Sessions {
    private static final Logger log = LoggerFactory.getLogger(Sessions.class);
    private static final String DOOR = "mqtt";

    private final BrokerPort port;
    private final Household household;
    private final SessionDirectory directory;

    public Sessions(BrokerPort port, Household household) {
        this.port = port;
        this.household = household;
        this.directory = new SessionDirectory(household.limits().sessionsMax());
    }

    public SessionLimits limits() {
        return household.limits();
    }

    public Traffic traffic() {
        return household.traffic();
    }

    /** How many clients are connected. */
    public int size() {
        return directory.size();
    }

    /**
     * Opens the session that a CONNECT asks for, on the event loop of the connection. The client is answered, now or when the
     * session it takes over has ended; nothing is read meanwhile. Empty when the client was refused.
     */
    public Optional<Session> connect(MqttConnectMessage packet, ClientLink link) {
        try {
            ConnectRequest request = ConnectRequest.read(packet, household.limits());
            BrokerPort view = port.onBehalfOf(Caller.anonymous(DOOR, link.remoteAddress()));
            Session session = new Session(request, link, view.writer(), household, directory::leave);
            link.hold(Hold.CONNECTING);
            directory.enter(session).whenComplete((done, never) -> link.execute(session::open));
            return Optional.of(session);
        } catch (ProtocolViolation refused) {
            refuse(packet, link, refused);
            return Optional.empty();
        }
    }

    private void refuse(MqttConnectMessage packet, ClientLink link, ProtocolViolation refused) {
        household.traffic().connectsRefused.increment();
        log.debug("connect refused: address={}: {}", link.remoteAddress(), refused.getMessage());
        Packets packets = new Packets(ConnectRequest.versionOf(packet), true);
        link.close(packets.connAckRefused(refused.reason(), refused.getMessage()));
    }

    /** Ends all sessions and opens no more; completes when the last connection is gone and the last will stored. */
    public CompletionStage<Void> endAll() {
        return directory.endAll(ReasonCode.SERVER_SHUTTING_DOWN, "the server is shutting down");
    }
}

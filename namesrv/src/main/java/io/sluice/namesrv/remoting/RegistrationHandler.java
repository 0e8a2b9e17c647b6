package io.sluice.namesrv.remoting;

import io.sluice.namesrv.kv.KvSettings;
import io.sluice.namesrv.route.BrokerAddress;
import io.sluice.namesrv.route.Origin;
import io.sluice.namesrv.route.Registered;
import io.sluice.namesrv.route.Registration;
import io.sluice.namesrv.route.Registration.ActingMaster;
import io.sluice.namesrv.route.RouteTable;
import io.sluice.transport.Peer;
import io.sluice.transport.PeerSlot;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.BrokerData;
import io.sluice.wire.body.BrokerMemberGroupBody;
import io.sluice.wire.body.BrokerMemberGroupBody.BrokerMemberGroup;
import io.sluice.wire.body.DataVersion;
import io.sluice.wire.body.KvTable;
import io.sluice.wire.body.RegisterBrokerBody;
import io.sluice.wire.body.TopicConfigTable;
import io.sluice.wire.body.TopicRouteData;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.RouteCommands;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.zip.CRC32;

/** Brokers come, show signs of life, and go. */
final class RegistrationHandler {
    private static final CommandTable COMMANDS = CommandTable.STANDARD;
    /** The connection as the route table knows it; one per peer, so that identity holds. */
    private static final PeerSlot<Origin> ORIGIN = PeerSlot.named("registration origin");

    private static final int CRC_MASK = 0x7FFF_FFFF;
    private static final String ZONE_NAME = "__ZONE_NAME";

    private final RouteTable routes;
    private final KvSettings kv;

    RegistrationHandler(RouteTable routes, KvSettings kv) {
        this.routes = routes;
        this.kv = kv;
    }

    CompletionStage<Frame> register(Frame request, Peer peer) {
        RouteCommands.RegisterBroker command = COMMANDS.read(request, RouteCommands.RegisterBroker.class);
        byte[] body = request.body().toByteArray();
        if (command.bodyCrc32() != 0 && command.bodyCrc32() != crcOf(body)) {
            return done(Frame.answer(ResponseCode.SYSTEM_ERROR, "crc32 not match"));
        }
        Origin origin = originOf(peer);
        Registered registered = routes.register(new Registration(
                new BrokerAddress(command.clusterName(), command.brokerAddr()),
                command.brokerName(),
                command.brokerId(),
                command.haServerAddr(),
                request.fields().find(ZONE_NAME).orElse(""),
                command.heartbeatTimeoutMillis(),
                actingMasterOf(command),
                topicsOf(body),
                origin));
        if (!peer.isOpen()) {
            // It ended while the registration waited for its turn.
            routes.connectionEnded(origin);
        }
        return done(
                registered.fold(this::accepted, refused -> Frame.answer(ResponseCode.SYSTEM_ERROR, refused.reason())));
    }

    private Frame accepted(Registered.Accepted accepted) {
        Map<String, String> ordered = kv.table(KvSettings.ORDERED_TOPICS);
        return COMMANDS.answer(
                ResponseCode.SUCCESS,
                "",
                new RouteCommands.RegisterBrokerAnswer(accepted.primaryHaAddress(), accepted.primaryAddress()),
                ordered.isEmpty() ? FrameBody.NONE : new KvTable(ordered).toFrameBody());
    }

    private static int crcOf(byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(body);
        return (int) crc.getValue() & CRC_MASK;
    }

    private static ActingMaster actingMasterOf(RouteCommands.RegisterBroker command) {
        return switch (command.enableActingMaster()) {
            case UNSAID -> ActingMaster.UNSAID;
            case FALSE -> ActingMaster.NO;
            case TRUE -> ActingMaster.YES;
        };
    }

    /** A broker without a body has no topics. */
    private static TopicConfigTable topicsOf(byte[] body) {
        if (body.length == 0) {
            return new TopicConfigTable(Map.of(), new DataVersion(0, 0, 0));
        }
        return RegisterBrokerBody.of(body).topicConfigSerializeWrapper();
    }

    private Origin originOf(Peer peer) {
        return peer.get(ORIGIN).orElseGet(() -> {
            Origin origin = peer::close;
            peer.put(ORIGIN, origin);
            peer.onClose(() -> routes.connectionEnded(origin));
            return origin;
        });
    }

    CompletionStage<Frame> unregister(Frame request, Peer peer) {
        RouteCommands.UnregisterBroker command = COMMANDS.read(request, RouteCommands.UnregisterBroker.class);
        BrokerAddress address = new BrokerAddress(command.clusterName(), command.brokerAddr());
        if (command.unitsInDoubt()) {
            routes.unregisterForAWhile(address, command.brokerName());
        } else {
            routes.unregister(address, command.brokerName());
        }
        return done(success());
    }

    CompletionStage<Frame> registerTopic(Frame request, Peer peer) {
        RouteCommands.RegisterTopic command = COMMANDS.read(request, RouteCommands.RegisterTopic.class);
        routes.registerTopic(
                command.topic(), Body.of(TopicRouteData.class, request).queueDatas());
        return done(success());
    }

    CompletionStage<Frame> queryVersion(Frame request, Peer peer) {
        RouteCommands.QueryDataVersion command = COMMANDS.read(request, RouteCommands.QueryDataVersion.class);
        BrokerAddress address = new BrokerAddress(command.clusterName(), command.brokerAddr());
        DataVersion asked = Body.of(DataVersion.class, request);
        Optional<DataVersion> known = routes.versionOf(address);
        routes.touch(address);
        return done(COMMANDS.answer(
                ResponseCode.SUCCESS,
                "",
                new RouteCommands.QueryDataVersionAnswer(!known.equals(Optional.of(asked))),
                known.map(Body::toFrameBody).orElse(FrameBody.NONE)));
    }

    CompletionStage<Frame> heartbeat(Frame request, Peer peer) {
        RouteCommands.BrokerHeartbeat command = COMMANDS.read(request, RouteCommands.BrokerHeartbeat.class);
        routes.touch(new BrokerAddress(command.clusterName(), command.brokerAddr()));
        return done(success());
    }

    CompletionStage<Frame> members(Frame request, Peer peer) {
        RouteCommands.GetBrokerMemberGroup command = COMMANDS.read(request, RouteCommands.GetBrokerMemberGroup.class);
        Map<Long, String> addresses =
                routes.broker(command.brokerName()).map(BrokerData::brokerAddrs).orElse(Map.of());
        BrokerMemberGroup group = new BrokerMemberGroup(command.clusterName(), command.brokerName(), addresses);
        return done(success().withBody(new BrokerMemberGroupBody(group).toFrameBody()));
    }

    private static Frame success() {
        return Frame.answer(ResponseCode.SUCCESS, "");
    }

    private static CompletionStage<Frame> done(Frame answer) {
        return CompletableFuture.completedFuture(answer);
    }
}

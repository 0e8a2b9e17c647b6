package io.sluice.broker.registry;

import io.sluice.model.SluiceException;
import io.sluice.model.TopicName;
import io.sluice.transport.RemotingClient;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.DataVersion;
import io.sluice.wire.body.RegisterBrokerBody;
import io.sluice.wire.body.TopicConfigTable;
import io.sluice.wire.body.TopicRouteData;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.RouteCommands.ActingMaster;
import io.sluice.wire.command.RouteCommands.GetRoute;
import io.sluice.wire.command.RouteCommands.QueryDataVersion;
import io.sluice.wire.command.RouteCommands.QueryDataVersionAnswer;
import io.sluice.wire.command.RouteCommands.RegisterBroker;
import io.sluice.wire.command.RouteCommands.UnregisterBroker;
import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registrations of this broker at every name server: made at once when topics change, and made again when a name server
 * lost them. Whether it did is asked every so often, by a question that names the version of the topics and not the topics.
 *
 * <p>Safe for many threads, blocks nobody. At each name server at most one request is under way; changes that happen
 * meanwhile go with one more, after it. A name server that is away costs a log line when it goes and one when it is back,
 * and nobody waits for it.
 */
public final class NameServerLink implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NameServerLink.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(6);
    private static final Duration ROUTE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration FAREWELL_TIMEOUT = Duration.ofSeconds(1);
    private static final CommandTable COMMANDS = CommandTable.STANDARD;

    private final RemotingClient client;
    private final Registration who;
    private final Supplier<TopicConfigTable> topics;
    private final Supplier<DataVersion> version;
    private final BooleanSupplier unitsInDoubt;
    private final Duration patience;
    private final List<NameServer> servers;
    private volatile boolean closed;

    /** One name server. Fields guarded by the object. */
    private static final class NameServer {
        final String address;
        State state = State.UNTRIED;
        /** Version of the topics that it was told last; {@code null} when it does not know this broker. */
        DataVersion told;
        /** Completes when the request under way is over; {@code null} when none is. */
        CompletableFuture<Void> running;
        /** The same for the registration to follow; {@code null} when none was asked for. */
        CompletableFuture<Void> next;

        NameServer(String address) {
            this.address = address;
        }
    }

    private enum State {
        UNTRIED,
        REGISTERED,
        AWAY
    }

    /**
     * @param client      stays with the caller, who closes it after this link
     * @param nameServers {@code host:port} each; may be none
     * @param topics      the topics as they are at the moment of the call
     * @param version     their version at the moment of the call
     * @param unitsInDoubt whether the broker keeps units of work that somebody will ask for; told when it goes
     * @param patience    longest time that {@link #register} waits for a name server
     */
    public NameServerLink(
            RemotingClient client,
            List<String> nameServers,
            Registration who,
            Supplier<TopicConfigTable> topics,
            Supplier<DataVersion> version,
            BooleanSupplier unitsInDoubt,
            Duration patience) {
        this.unitsInDoubt = Objects.requireNonNull(unitsInDoubt, "unitsInDoubt");
        this.version = Objects.requireNonNull(version, "version");
        this.patience = Objects.requireNonNull(patience, "patience");
        this.client = Objects.requireNonNull(client, "client");
        this.who = Objects.requireNonNull(who, "who");
        this.topics = Objects.requireNonNull(topics, "topics");
        this.servers = nameServers.stream().map(NameServer::new).toList();
    }

    /**
     * Registers at every name server, with what the topic table holds at the time of this call or later. Completes when
     * each has answered or failed to, but waits neither longer than the patience nor for a name server that was away
     * before; never fails.
     */
    public CompletionStage<Void> register() {
        if (closed) {
            return CompletableFuture.completedFuture(null);
        }
        List<CompletableFuture<Void>> awaited = new ArrayList<>();
        for (NameServer server : servers) {
            boolean away = isAway(server);
            CompletableFuture<Void> registration = register(server);
            if (!away) {
                awaited.add(registration);
            }
        }
        return CompletableFuture.allOf(awaited.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static boolean isAway(NameServer server) {
        synchronized (server) {
            return server.state == State.AWAY;
        }
    }

    /** A sign of life to every name server; those that do not know this broker with all its topics are told again. */
    public void check() {
        if (closed) {
            return;
        }
        DataVersion current = version.get();
        for (NameServer server : servers) {
            DataVersion told;
            synchronized (server) {
                if (server.running != null) {
                    continue;
                }
                server.running = new CompletableFuture<>();
                told = server.told;
            }
            if (current.equals(told)) {
                ask(server, current);
            } else {
                send(server);
            }
        }
    }

    private void ask(NameServer server, DataVersion current) {
        QueryDataVersion header =
                new QueryDataVersion(who.brokerName(), who.address(), who.clusterName(), who.brokerId());
        Frame question = COMMANDS.request(RequestCode.QUERY_DATA_VERSION, header, current.toFrameBody());
        client.call(server.address, question, TIMEOUT).whenComplete((answer, failure) -> {
            if (!trouble(answer, failure).isEmpty()) {
                note(server, null, answer, failure);
                over(server);
            } else if (isKnown(answer)) {
                over(server);
            } else {
                send(server);
            }
        });
    }

    /** Not when the answer makes no sense: telling everything again is always right. */
    private static boolean isKnown(Frame answer) {
        try {
            return !COMMANDS.readAnswer(answer, QueryDataVersionAnswer.class).changed();
        } catch (SluiceException senseless) {
            return false;
        }
    }

    private CompletableFuture<Void> register(NameServer server) {
        CompletableFuture<Void> mine;
        synchronized (server) {
            if (server.running != null) {
                if (server.next == null) {
                    server.next = new CompletableFuture<>();
                }
                return server.next;
            }
            server.running = new CompletableFuture<>();
            mine = server.running;
        }
        send(server);
        return mine;
    }

    private void send(NameServer server) {
        RegisterBroker header = new RegisterBroker(
                who.brokerName(),
                who.address(),
                who.clusterName(),
                who.haAddress(),
                who.brokerId(),
                0,
                ActingMaster.UNSAID,
                false,
                0);
        TopicConfigTable table = topics.get();
        Frame request =
                COMMANDS.request(RequestCode.REGISTER_BROKER, header, new RegisterBrokerBody(table).toFrameBody());
        client.call(server.address, request, TIMEOUT).whenComplete((answer, failure) -> {
            note(server, table.dataVersion(), answer, failure);
            over(server);
        });
    }

    private void over(NameServer server) {
        CompletableFuture<Void> finished;
        boolean again;
        synchronized (server) {
            finished = server.running;
            server.running = server.next;
            server.next = null;
            again = server.running != null;
        }
        finished.complete(null);
        if (again) {
            send(server);
        }
    }

    private void note(NameServer server, DataVersion told, Frame answer, Throwable failure) {
        String trouble = trouble(answer, failure);
        State now = trouble.isEmpty() ? State.REGISTERED : State.AWAY;
        State before;
        synchronized (server) {
            before = server.state;
            server.state = now;
            server.told = now == State.REGISTERED ? told : null;
        }
        if (now == before) {
            return;
        }
        if (now == State.REGISTERED) {
            log.info("registered at name server {} as {} at {}", server.address, who.brokerName(), who.address());
        } else {
            log.warn(
                    "not registered at name server {}, clients that ask it do not find this broker; tried again: {}",
                    server.address,
                    trouble);
        }
    }

    private static String trouble(Frame answer, Throwable failure) {
        if (failure != null) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            return cause.getMessage();
        }
        return answer.code() == ResponseCode.SUCCESS ? "" : "answer %d %s".formatted(answer.code(), answer.remark());
    }

    /**
     * Where a topic lives, as the first name server says that answers; empty when none does or none knows the topic. Never
     * fails.
     */
    public CompletionStage<Optional<TopicRouteData>> route(TopicName topic) {
        return route(topic, 0);
    }

    private CompletionStage<Optional<TopicRouteData>> route(TopicName topic, int first) {
        if (first >= servers.size()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        Frame question = COMMANDS.request(RequestCode.GET_ROUTEINFO_BY_TOPIC, new GetRoute(topic.value(), true));
        return client.call(servers.get(first).address, question, ROUTE_TIMEOUT)
                .handle((answer, failure) -> failure == null && answer.code() == ResponseCode.SUCCESS
                        ? Optional.of(Body.of(TopicRouteData.class, answer))
                        : Optional.<TopicRouteData>empty())
                .thenCompose(found ->
                        found.isPresent() ? CompletableFuture.completedFuture(found) : route(topic, first + 1));
    }

    /** Says goodbye to every name server and waits for that, up to a second. Twice is harmless. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        CompletableFuture<?>[] farewells =
                servers.stream().map(this::unregister).toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(farewells).join();
    }

    private CompletableFuture<Void> unregister(NameServer server) {
        UnregisterBroker header = new UnregisterBroker(
                who.brokerName(), who.address(), who.clusterName(), who.brokerId(), unitsInDoubt.getAsBoolean());
        return client.call(server.address, COMMANDS.request(RequestCode.UNREGISTER_BROKER, header), FAREWELL_TIMEOUT)
                .toCompletableFuture()
                .handle((answer, failure) -> {
                    String trouble = trouble(answer, failure);
                    if (!trouble.isEmpty()) {
                        log.info("no farewell at name server {}: {}", server.address, trouble);
                    }
                    return null;
                });
    }
}

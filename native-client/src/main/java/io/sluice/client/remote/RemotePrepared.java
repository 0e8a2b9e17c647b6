package io.sluice.client.remote;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.remote.RemoteUnits.Target;
import io.sluice.client.route.RouteCache;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.PreparedPage;
import io.sluice.port.PreparedUnit;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitsOfWork.Decision;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.PreparedUnitsBody;
import io.sluice.wire.body.UnitAnswerBody;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.UnitCommands.DecideUnit;
import io.sluice.wire.command.UnitCommands.ForgetUnit;
import io.sluice.wire.command.UnitCommands.ForgetUnitAnswer;
import io.sluice.wire.command.UnitCommands.ListUnits;
import io.sluice.wire.frame.FrameBody;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Units of work in two phases over the wire. A unit is on the broker that it was prepared on. Whoever prepared it, or has listed
 * it, knows which; else every broker of the cluster is asked, also those that are away and were seen before, here or by the name
 * servers, and what none of them knows is unknown only when all have answered.
 */
final class RemotePrepared {
    private static final String WHAT = "units of work in two phases";
    /** Ids of which is known where they are; the oldest is forgotten when there are more. */
    private static final int KNOWN_MAX = 100_000;

    private final RouteCache routes;
    private final UnitAsking asking;
    private final Function<UnitOfWork, CompletionStage<Target>> broker;
    /** By id, the name of the broker. Guarded by itself. */
    private final Map<String, String> known = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > KNOWN_MAX;
        }
    };

    /** @param broker that a unit belongs on */
    RemotePrepared(RouteCache routes, UnitAsking asking, Function<UnitOfWork, CompletionStage<Target>> broker) {
        this.routes = routes;
        this.asking = asking;
        this.broker = broker;
    }

    CompletionStage<PrepareOutcome> prepare(UnitOfWork unit) {
        CompletionStage<Target> chosen;
        try {
            chosen = known(unit.id()).orElseGet(() -> broker.apply(unit));
        } catch (RefusedException refused) {
            return CompletableFuture.completedFuture(
                    new PrepareOutcome.Refused(refused.reason(), refused.getMessage()));
        }
        return chosen.thenCompose(target -> {
                    learn(unit.id(), target.brokerName());
                    return asking.again(WHAT, target.address(), UnitForm.request(RequestCode.PREPARE_UNIT, unit));
                })
                .handle((answer, failure) -> {
                    if (failure != null) {
                        RefusedException refused = refusalOf(failure);
                        return new PrepareOutcome.Refused(refused.reason(), refused.getMessage());
                    }
                    return switch (answer.outcome()) {
                        case PREPARED -> new PrepareOutcome.Prepared(answer.repeat());
                        case LEASES_OVER -> new PrepareOutcome.LeasesOver(UnitForm.over(answer));
                        default -> throw UnitForm.unexpected(answer);
                    };
                });
    }

    /** A refusal that is an answer; what says nothing of the unit is thrown on. */
    private static RefusedException refusalOf(Throwable failure) {
        Throwable cause = ClusterLink.causeOf(failure);
        boolean isAnswer = cause instanceof RefusedException refused
                && refused.reason() != Refusal.UNAVAILABLE
                && refused.reason() != Refusal.NOT_SUPPORTED;
        if (!isAnswer) {
            throw ClusterLink.unavailable(WHAT, failure);
        }
        return (RefusedException) cause;
    }

    /** A unit was sent to this broker, so that what the broker does not know of it is not known anywhere. */
    void learn(String id, String brokerName) {
        if (!id.isEmpty()) {
            synchronized (known) {
                known.put(id, brokerName);
            }
        }
    }

    /** The end of the unit is told, nobody will ask where it is. */
    void forgetPlace(String id) {
        synchronized (known) {
            known.remove(id);
        }
    }

    private Optional<CompletionStage<Target>> known(String id) {
        String brokerName;
        synchronized (known) {
            brokerName = known.get(id);
        }
        return Optional.ofNullable(brokerName).map(this::targetOf);
    }

    private CompletionStage<Target> targetOf(String brokerName) {
        Optional<String> routed = routes.primary(brokerName);
        if (routed.isPresent()) {
            return CompletableFuture.completedFuture(new Target(brokerName, routed.get()));
        }
        return routes.withThoseAway()
                .thenApply(all -> new Target(
                        brokerName,
                        all.getOrDefault(brokerName, Optional.empty()).orElseThrow(() -> away(brokerName))));
    }

    private static RefusedException away(String brokerName) {
        return new RefusedException(
                Refusal.UNAVAILABLE,
                "broker %s, which may have the unit of work, is away; try again later".formatted(brokerName));
    }

    CompletionStage<DecisionOutcome> decide(String id, Decision decision, boolean byHand) {
        DecideUnit wanted = new DecideUnit(id, decision == Decision.COMMIT, byHand);
        Function<Target, CompletionStage<DecisionOutcome>> ask = target -> asking.again(
                        WHAT, target.address(), ClusterLink.request(RequestCode.DECIDE_UNIT, wanted, FrameBody.NONE))
                .handle((answer, failure) -> decided(target, answer, failure));
        return known(id)
                .map(target -> target.thenCompose(ask))
                .orElseGet(() -> first(
                        ask,
                        new DecisionOutcome.Unknown(),
                        outcome -> !(outcome instanceof DecisionOutcome.Unknown)
                                && !(outcome instanceof DecisionOutcome.Refused)));
    }

    private static DecisionOutcome decided(Target target, UnitAnswerBody answer, Throwable failure) {
        if (failure != null) {
            RefusedException refused = refusalOf(failure);
            return new DecisionOutcome.Refused(refused.reason(), refused.getMessage());
        }
        return switch (answer.outcome()) {
            case COMMITTED -> new DecisionOutcome.Committed(UnitForm.sent(answer), answer.repeat());
            case ROLLED_BACK -> new DecisionOutcome.RolledBack(answer.repeat());
            case HEURISTIC_COMMIT -> new DecisionOutcome.Heuristic(Decision.COMMIT);
            case HEURISTIC_ROLLBACK -> new DecisionOutcome.Heuristic(Decision.ROLLBACK);
            case UNKNOWN -> {
                requireSame(target, answer.brokerName());
                yield new DecisionOutcome.Unknown();
            }
            default -> throw UnitForm.unexpected(answer);
        };
    }

    /** Where a broker was last there may be another one by now. */
    private static void requireSame(Target target, String answered) {
        if (!answered.equals(target.brokerName())) {
            throw away(target.brokerName());
        }
    }

    CompletionStage<Boolean> forget(String id) {
        Function<Target, CompletionStage<Boolean>> ask = target -> asking.link()
                .ask(WHAT, target.address(), RequestCode.FORGET_UNIT, new ForgetUnit(id))
                .thenApply(answer ->
                        ClusterLink.header(answer, ForgetUnitAnswer.class).forgotten());
        return known(id)
                .map(target -> target.thenCompose(ask))
                .orElseGet(() -> first(ask, false, forgotten -> forgotten));
    }

    CompletionStage<PreparedPage> page(String after, int limit) {
        return everywhere(target -> asking.link()
                        .ask(WHAT, target.address(), RequestCode.LIST_UNITS, new ListUnits(after, limit))
                        .thenApply(answer -> {
                            PreparedUnitsBody listed = Body.of(PreparedUnitsBody.class, answer);
                            requireSame(target, listed.brokerName());
                            return listed;
                        }))
                .thenApply(answers -> paged(answers, limit));
    }

    private PreparedPage paged(Answers<PreparedUnitsBody> answers, int limit) {
        answers.throwFailure();
        List<PreparedUnit> all = new ArrayList<>();
        boolean more = false;
        for (PreparedUnitsBody body : answers.told()) {
            more |= body.more();
            for (PreparedUnitsBody.Unit unit : body.units()) {
                learn(unit.id(), body.brokerName());
                all.add(new PreparedUnit(
                        unit.id(),
                        body.brokerName(),
                        PreparedUnit.State.valueOf(unit.state()),
                        unit.since(),
                        unit.messages(),
                        unit.settlements(),
                        unit.bytes()));
            }
        }
        all.sort(Comparator.comparing(PreparedUnit::id));
        return new PreparedPage(all.stream().limit(limit).toList(), more || all.size() > limit);
    }

    // ---- all brokers

    /** What several brokers answered; a broker that knows nothing of units has none, and is left out. */
    private record Answers<T>(List<T> told, Optional<RefusedException> failure) {
        void throwFailure() {
            failure.ifPresent(refused -> {
                throw refused;
            });
        }
    }

    private <T> CompletionStage<List<CompletableFuture<T>>> askAll(Function<Target, CompletionStage<T>> ask) {
        return routes.withThoseAway().thenApply(all -> {
            if (all.isEmpty()) {
                throw new RefusedException(Refusal.UNAVAILABLE, "no broker is there; try again later");
            }
            return all.entrySet().stream()
                    .map(one -> one.getValue()
                            .map(address -> ask.apply(new Target(one.getKey(), address)))
                            .orElseGet(() -> CompletableFuture.failedFuture(away(one.getKey())))
                            .toCompletableFuture())
                    .toList();
        });
    }

    private <T> CompletionStage<Answers<T>> everywhere(Function<Target, CompletionStage<T>> ask) {
        return askAll(ask).thenCompose(RemotePrepared::together);
    }

    private static <T> CompletionStage<Answers<T>> together(List<CompletableFuture<T>> asked) {
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .handle((done, failed) -> gathered(asked));
    }

    /**
     * The answer of the broker that knows the unit, without waiting for the others; that nobody does is believed only when all have
     * answered.
     */
    private <T> CompletionStage<T> first(Function<Target, CompletionStage<T>> ask, T nothing, Predicate<T> isOfTheOne) {
        return askAll(ask).thenCompose(asked -> {
            CompletableFuture<T> first = new CompletableFuture<>();
            asked.forEach(one -> one.thenAccept(answer -> {
                if (isOfTheOne.test(answer)) {
                    first.complete(answer);
                }
            }));
            together(asked).thenApply(answers -> ofNobody(answers, nothing)).whenComplete((answer, failure) -> {
                if (failure == null) {
                    first.complete(answer);
                } else {
                    first.completeExceptionally(ClusterLink.causeOf(failure));
                }
            });
            return first;
        });
    }

    private static <T> Answers<T> gathered(List<CompletableFuture<T>> asked) {
        List<T> told = new ArrayList<>();
        Optional<RefusedException> unknown = Optional.empty();
        Optional<RefusedException> notSupported = Optional.empty();
        for (CompletableFuture<T> one : asked) {
            Throwable failure = one.handle((answer, failed) -> failed).join();
            if (failure == null) {
                told.add(one.join());
            } else if (!(ClusterLink.causeOf(failure) instanceof RefusedException refused)) {
                throw ClusterLink.unavailable(WHAT, failure);
            } else if (refused.reason() == Refusal.NOT_SUPPORTED) {
                notSupported = Optional.of(refused);
            } else {
                unknown = Optional.of(refused);
            }
        }
        return new Answers<>(told, unknown.isPresent() || !told.isEmpty() ? unknown : notSupported);
    }

    /** What is told when no broker was the one: a refusal, a failure, or that there is no such unit. */
    private static <T> T ofNobody(Answers<T> answers, T nothing) {
        Optional<T> refusal =
                answers.told().stream().filter(told -> !told.equals(nothing)).findFirst();
        if (refusal.isEmpty()) {
            answers.throwFailure();
        }
        return refusal.orElse(nothing);
    }
}

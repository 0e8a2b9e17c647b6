package io.sluice.broker.unit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitsOfWork.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One unit of work as it was asked for, and the states that it may be in, oldest first: which of them is told by looking. */
final class AskedUnit {
    final UnitOfWork unit;
    final List<String> sent;
    final List<String> acknowledged = new ArrayList<>();
    final List<String> rejected = new ArrayList<>();
    final List<String> released = new ArrayList<>();
    /** Nobody waited for the answer to what was asked last. */
    boolean isLeftAlone;

    /** Whoever knows the oldest of {@link #states} knows it from the log up to there. */
    private long knownAt;

    private final List<State> states = new ArrayList<>(List.of(State.ABSENT));
    /** Where its messages are, once that was told. */
    private List<SendOutcome.Stored> places = List.of();

    /** How far a unit is. */
    enum State {
        ABSENT,
        PREPARED,
        COMMITTED,
        ROLLED_BACK,
        COMMITTED_BY_HAND,
        ROLLED_BACK_BY_HAND,
        FORGOTTEN_COMMITTED,
        FORGOTTEN_ROLLED_BACK;

        static State of(Decision decision, boolean byHand) {
            return decision == Decision.COMMIT
                    ? byHand ? COMMITTED_BY_HAND : COMMITTED
                    : byHand ? ROLLED_BACK_BY_HAND : ROLLED_BACK;
        }

        /** Whether all of it holds. */
        boolean isThere() {
            return this == COMMITTED || this == COMMITTED_BY_HAND || this == FORGOTTEN_COMMITTED;
        }

        /** Whether nobody else gets what it received. */
        boolean holdsMessages() {
            return isThere() || this == PREPARED;
        }
    }

    AskedUnit(UnitOfWork unit, List<String> sent) {
        this.unit = unit;
        this.sent = sent;
    }

    List<String> received() {
        return Stream.of(acknowledged, rejected, released).flatMap(List::stream).toList();
    }

    /** It was asked for this, and nobody knows. */
    void mayBe(State next) {
        states.add(next);
    }

    /**
     * It was answered that it is so.
     *
     * @param logEnd end of the log by then
     */
    void is(State told, long logEnd) {
        assertThat(states).contains(told);
        states.subList(0, states.indexOf(told)).clear();
        knownAt = logEnd;
    }

    boolean canBe(State state) {
        return states.contains(state);
    }

    /**
     * A power cut may take back what was answered.
     *
     * @param durableTo what the disk has of the log
     */
    void powerIsCut(long durableTo) {
        if (knownAt <= durableTo) {
            return;
        }
        Stream.of(State.PREPARED, State.ABSENT)
                .filter(state -> !states.contains(state))
                .forEach(state -> states.add(0, state));
        if (states.contains(State.FORGOTTEN_COMMITTED)) {
            states.add(0, State.COMMITTED_BY_HAND);
        }
        if (states.contains(State.FORGOTTEN_ROLLED_BACK)) {
            states.add(0, State.ROLLED_BACK_BY_HAND);
        }
    }

    /** The broker says that it is so. */
    void found(State state, long logEnd) {
        assertThat(states).as("states that %s may be in", unit.id()).contains(state);
        knownAt = logEnd;
        states.clear();
        states.add(state);
        isLeftAlone = false;
        if (state == State.ABSENT || state == State.PREPARED) {
            places = List.of();
        }
    }

    /** The newest that it was asked for or found in. */
    State state() {
        return states.get(states.size() - 1);
    }

    /** Once it was told where its messages are, it is told so again. */
    void places(List<SendOutcome.Stored> told) {
        if (!places.isEmpty()) {
            assertThat(told).isEqualTo(places);
        }
        places = told;
    }

    @Override
    public String toString() {
        return unit.id() + " " + states;
    }
}

package io.sluice.mqtt.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.mqtt.deliver.Loan;
import io.sluice.mqtt.message.ProtocolViolation;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OutboundWindowTest {
    private final OutboundWindow window = new OutboundWindow(3);

    @Test
    void identifiersAreUniqueWhileInUseAndNeverZero() {
        OutboundWindow wide = new OutboundWindow(65_535);
        int kept = wide.reserve(1, Loan.NONE);
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 70_000; i++) {
            int id = wide.reserve(1, Loan.NONE);
            assertThat(id).isBetween(1, 65_535).isNotEqualTo(kept);
            seen.add(id);
            wide.acknowledged(id);
        }
        assertThat(seen).hasSize(65_534);
    }

    @Test
    void theWindowIsFullUntilSomethingIsAcknowledged() {
        int first = window.reserve(1, Loan.NONE);
        window.reserve(1, Loan.NONE);
        window.reserve(2, Loan.NONE);
        assertThat(window.isFull()).isTrue();
        window.acknowledged(first);
        assertThat(window.isFull()).isFalse();
    }

    @Test
    void qos2OccupiesTheWindowUntilItIsComplete() {
        OutboundWindow one = new OutboundWindow(1);
        int id = one.reserve(2, Loan.NONE);
        assertThat(one.received(id)).isTrue();
        assertThat(one.isFull()).isTrue();
        assertThat(one.received(id)).isTrue();
        one.completed(id);
        assertThat(one.isFull()).isFalse();
        assertThat(one.received(id)).isFalse();
    }

    @Test
    void aRefusedQos2MessageIsOver() {
        OutboundWindow one = new OutboundWindow(1);
        one.refused(one.reserve(2, Loan.NONE));
        assertThat(one.isFull()).isFalse();
    }

    @Test
    void anAcknowledgementOfTheWrongKindIsAViolation() {
        int qos1 = window.reserve(1, Loan.NONE);
        int qos2 = window.reserve(2, Loan.NONE);
        assertThatThrownBy(() -> window.received(qos1)).isInstanceOf(ProtocolViolation.class);
        assertThatThrownBy(() -> window.acknowledged(qos2)).isInstanceOf(ProtocolViolation.class);
        assertThatThrownBy(() -> window.completed(qos2)).isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void acknowledgementsOfUnknownMessagesAreIgnored() {
        window.acknowledged(9);
        window.completed(9);
        window.refused(9);
        assertThat(window.received(9)).isFalse();
    }

    /** Counts what becomes of one message. */
    private static final class CountingLoan implements Loan {
        private int done;
        private int back;

        @Override
        public void done() {
            done++;
        }

        @Override
        public void giveBack() {
            back++;
        }
    }

    @Test
    void aLoanIsDoneWhenTheClientHasTheMessageAndGoesBackWhenItHasNot() {
        CountingLoan qos1 = new CountingLoan();
        CountingLoan qos2 = new CountingLoan();
        CountingLoan open = new CountingLoan();
        window.acknowledged(window.reserve(1, qos1));
        window.received(window.reserve(2, qos2));
        window.reserve(1, open);
        window.close();
        assertThat(new int[] {qos1.done, qos1.back}).containsExactly(1, 0);
        assertThat(new int[] {qos2.done, qos2.back}).containsExactly(1, 0);
        assertThat(new int[] {open.done, open.back}).containsExactly(0, 1);
    }
}

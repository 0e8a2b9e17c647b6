package io.sluice.client.send;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InFlightBoundTest {

    @Test
    void sendsGoAsLongAsTheirBytesFit() {
        InFlightBound bound = new InFlightBound(100);
        assertThat(bound.tryTake(60)).isTrue();
        assertThat(bound.tryTake(60)).isFalse();
        assertThat(bound.tryTake(40)).isTrue();
        bound.giveBack(60);
        assertThat(bound.tryTake(60)).isTrue();
        assertThat(bound.bytesTaken()).isEqualTo(100);
    }

    @Test
    void aSendLargerThanTheBoundGoesWhenItIsAlone() {
        InFlightBound bound = new InFlightBound(100);
        assertThat(bound.tryTake(1)).isTrue();
        assertThat(bound.tryTake(5_000)).isFalse();
        bound.giveBack(1);
        assertThat(bound.tryTake(5_000)).isTrue();
        assertThat(bound.tryTake(1)).isFalse();
        bound.giveBack(5_000);
        assertThat(bound.bytesTaken()).isZero();
    }

    @Test
    void anInterruptedWaiterGivesUpAndStaysInterrupted() {
        InFlightBound bound = new InFlightBound(10);
        bound.tryTake(10);
        Thread.currentThread().interrupt();
        assertThat(bound.take(1, 60_000)).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }
}

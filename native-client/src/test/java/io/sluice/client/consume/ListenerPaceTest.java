package io.sluice.client.consume;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ListenerPaceTest {
    @Test
    void anUnknownListenerGetsOneMessageAtOnce() {
        assertThat(new ListenerPace().runLength()).isEqualTo(1);
    }

    @Test
    void aFastListenerGetsLongerRunsGradually() {
        ListenerPace pace = new ListenerPace();
        pace.took(1_000, 1);
        assertThat(pace.runLength()).isEqualTo(1);
        for (int i = 0; i < 100; i++) {
            pace.took(1_000, 1);
        }
        assertThat(pace.runLength()).isBetween(50, 256);
    }

    @Test
    void aSlowMessageEndsTheRunsAtOnce() {
        ListenerPace pace = new ListenerPace();
        for (int i = 0; i < 100; i++) {
            pace.took(1_000, 1);
        }
        pace.took(50_000_000, 100);
        assertThat(pace.runLength()).isEqualTo(1);
    }
}

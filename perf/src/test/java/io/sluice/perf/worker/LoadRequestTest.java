package io.sluice.perf.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.perf.load.LoadSettings;
import io.sluice.perf.load.Reading;
import io.sluice.perf.load.SendStyle;
import io.sluice.perf.measure.LoadPlan;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadRequestTest {
    private static LoadSettings settings(SendStyle style, Reading reading) {
        return new LoadSettings("127.0.0.1:9876", "127.0.0.1:10911", "T", 1, 4, style, reading, 32, 128, 0);
    }

    private static LoadRequest request(ClientKind client, LoadMode mode, SendStyle style, Reading reading, int groups) {
        return new LoadRequest(
                client,
                mode,
                settings(style, reading),
                new LoadPlan(Duration.ofSeconds(1), Duration.ofMillis(1500), 0, 2, 3, 0.5),
                2,
                3,
                groups,
                1000);
    }

    @Test
    void aRequestComesBackAsItWas() {
        LoadRequest request = request(ClientKind.NATIVE, LoadMode.TRIP, SendStyle.ASYNC, Reading.LEASE, 4);

        assertThat(LoadRequest.of(request.arguments())).isEqualTo(request);
    }

    @Test
    void anArgumentThatIsMissingOrNoneIsNamed() {
        assertThatThrownBy(() -> LoadRequest.of(List.of("client=NATIVE"))).hasMessageContaining("no mode");
        assertThatThrownBy(() -> LoadRequest.of(List.of("client"))).hasMessageContaining("'client'");
    }

    @Test
    void whatAClientCannotDoIsRefusedWithWhatItCan() {
        assertThatThrownBy(() -> request(ClientKind.MQTT, LoadMode.SEND, SendStyle.BATCH, Reading.PUSH, 1))
                .hasMessage("--client mqtt does not send in --style batch; it can: sync, async, one-way");
        assertThatThrownBy(() -> request(ClientKind.RAW, LoadMode.TRIP, SendStyle.ASYNC, Reading.PUSH, 1))
                .hasMessageContaining("--client raw only sends");
        assertThatThrownBy(() -> request(ClientKind.HTTP, LoadMode.TRIP, SendStyle.SYNC, Reading.PUSH, 1))
                .hasMessage("--client http does not receive by --reading push; it can: lease, pull");
        assertThatThrownBy(() -> request(ClientKind.JMS, LoadMode.TRIP, SendStyle.SYNC, Reading.PUSH, 2))
                .hasMessageContaining("--groups 1");
        assertThatThrownBy(() -> request(ClientKind.NATIVE, LoadMode.DRAIN, SendStyle.SYNC, Reading.PUSH, 1))
                .hasMessageContaining("--rate is for modes send and trip");
        assertThatThrownBy(() -> request(ClientKind.NATIVE, LoadMode.TRIP, SendStyle.BATCH, Reading.PUSH, 1))
                .hasMessageContaining("--style batch is for modes send and drain");
    }

    @Test
    void settingsOutsideTheirRangeAreRefusedByTheNameOfTheirOption() {
        assertThatThrownBy(() -> new LoadSettings(
                        "127.0.0.1", "127.0.0.1:10911", "T", 1, 4, SendStyle.SYNC, Reading.PUSH, 32, 128, 0))
                .hasMessage("--address '127.0.0.1' is not HOST:PORT");
        assertThatThrownBy(() -> new LoadSettings("h:1", "h:2", "T", 1, 4, SendStyle.SYNC, Reading.PUSH, 32, 7, 0))
                .hasMessage("--bytes 7 must be at least 8");
    }

    @Test
    void severalTopicsShareTheBeginningOfTheirNames() {
        LoadSettings several = new LoadSettings("h:1", "h:2", "T", 3, 4, SendStyle.SYNC, Reading.PUSH, 32, 128, 0);

        assertThat(several.topicNames()).containsExactly("T-0", "T-1", "T-2");
        assertThat(settings(SendStyle.SYNC, Reading.PUSH).topicNames()).containsExactly("T");
    }
}

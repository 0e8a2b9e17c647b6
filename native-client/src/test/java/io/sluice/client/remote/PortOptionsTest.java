package io.sluice.client.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.client.remote.PortAddress.BadAddressException;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortOptionsTest {
    private static RemotePortConfig resolve(String address) {
        return PortOptions.resolve(URI.create(address));
    }

    @Test
    void hostsAreNameServersAndThePortMayBeLeftOut() {
        assertThat(resolve("sluice://one:1234,two").link().nameServers()).containsExactly("one:1234", "two:9876");
        assertThat(resolve("sluice://[::1]:77").link().nameServers()).containsExactly("[::1]:77");
        assertThat(resolve("sluice://[::1]").link().nameServers()).containsExactly("[::1]:9876");
    }

    @Test
    void optionsReachTheSettingsTheyName() {
        RemotePortConfig config = resolve("sluice://n:1?instanceName=door%201&ioThreads=2&connectTimeout=500ms"
                + "&requestTimeout=4s&routeRefresh=1m&freshTopicQueues=8&sendTimeout=10s&sendRetries=0"
                + "&maxMessageBytes=1000&inFlightBytes=2000");
        assertThat(config.link().clientId()).endsWith("@door 1");
        assertThat(config.link().ioThreads()).isEqualTo(2);
        assertThat(config.link().connectTimeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.link().requestTimeout()).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.routes().refresh()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.routes().freshQueues()).isEqualTo(8);
        assertThat(config.sends().timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.sends().retries()).isZero();
        assertThat(config.sends().maxMessageBytes()).isEqualTo(1000);
        assertThat(config.sends().inFlightBytes()).isEqualTo(2000);
    }

    @Test
    void anUnknownOptionIsAnErrorThatNamesTheNearest() {
        assertThatThrownBy(() -> resolve("sluice://n:1?sendTimout=3s"))
                .isInstanceOf(BadAddressException.class)
                .hasMessageContaining("'sendTimout'")
                .hasMessageContaining("did you mean 'sendTimeout'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://n:1",
                "sluice://n:0",
                "sluice://n:70000",
                "sluice://n:x",
                "sluice://n:1/path",
                "sluice://n:1,",
                "sluice://n:1?sendTimeout",
                "sluice://n:1?sendTimeout=3",
                "sluice://n:1?sendRetries=many",
                "sluice://n:1?sendRetries=-1",
                "sluice://n:1?ioThreads=0",
                "sluice://n:1?sendTimeout=1s&sendTimeout=2s"
            })
    void whatCannotBeUsedIsRefused(String address) {
        assertThatThrownBy(() -> resolve(address)).isInstanceOf(BadAddressException.class);
    }

    @ParameterizedTest
    @CsvSource({"sluice://n:1,true", "SLUICE://n:1,true", "local:x,false", "tcp://n:1,false"})
    void onlyAddressesOfTheSchemeAreUnderstood(String address, boolean understood) {
        assertThat(new RemotePortFactory().understands(URI.create(address))).isEqualTo(understood);
    }

    @Test
    void aDoorFindsThePortByItsAddress() {
        try (BrokerPort port = BrokerPortFactory.open(URI.create("sluice://127.0.0.1:1"))) {
            assertThat(port).isInstanceOf(RemoteBrokerPort.class);
        }
    }
}

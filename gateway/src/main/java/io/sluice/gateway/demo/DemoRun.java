package io.sluice.gateway.demo;

import io.sluice.model.SluiceException;
import io.sluice.runtime.CloseStack;
import java.time.Duration;
import java.util.List;

/** Opens every door of a node and runs the demo over them. */
public final class DemoRun {
    private static final String TOPIC = "SluiceDemo";
    private static final String GROUP = "sluice-demo";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private DemoRun() {}

    /** @param table sender door by receiver door, for people; {@code holds} when every cell does */
    public record Report(String table, boolean holds) {}

    /** @throws SluiceException when a door cannot be opened at all */
    public static Report against(String host, int nameServerPort, int mqttPort, int httpPort) {
        String nameServer = host + ":" + nameServerPort;
        try (CloseStack opened = new CloseStack()) {
            HttpDemoDoor http =
                    opened.push(new HttpDemoDoor("http://" + host + ":" + httpPort, TOPIC, GROUP + "-http"));
            http.createTopic();
            List<DemoDoor> doors = List.of(
                    opened.push(new NativeDemoDoor(nameServer, TOPIC, GROUP)),
                    opened.push(new JmsDemoDoor("sluice://" + nameServer, TOPIC)),
                    opened.push(new MqttDemoDoor(host, mqttPort, TOPIC)),
                    http);
            Demo.Result result = new Demo(doors, PATIENCE).run();
            return new Report(result.table(), result.holds());
        } catch (Exception failed) {
            throw new SluiceException(
                    "the demo could not be run against %s (name server %d, MQTT %d, HTTP %d): %s; is a node running there?"
                            .formatted(host, nameServerPort, mqttPort, httpPort, reason(failed)),
                    failed);
        }
    }

    private static String reason(Exception failed) {
        return failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
    }
}

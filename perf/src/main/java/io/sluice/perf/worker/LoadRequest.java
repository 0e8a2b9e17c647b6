package io.sluice.perf.worker;

import io.sluice.perf.load.LoadSettings;
import io.sluice.perf.load.Reading;
import io.sluice.perf.load.SendStyle;
import io.sluice.perf.measure.LoadPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One load, complete and possible: what cannot be is refused here, before anything starts.
 *
 * @param producers client instances that send; load threads are spread over them
 * @param consumers of each group, each a client instance
 * @param groups    that receive, each of them every message
 * @param backlog   messages to send first and then to receive, in mode {@link LoadMode#DRAIN}
 */
public record LoadRequest(
        ClientKind client,
        LoadMode mode,
        LoadSettings settings,
        LoadPlan plan,
        int producers,
        int consumers,
        int groups,
        long backlog) {
    private static final int BACKLOG_MIN = 100;

    /** @throws IllegalArgumentException naming what does not go together, and what would */
    public LoadRequest {
        check(
                client.styles().contains(settings.style()),
                "--client %s does not send in --style %s; it can: %s",
                client.label(),
                settings.style().label(),
                client.styles().stream().map(SendStyle::label).collect(Collectors.joining(", ")));
        check(
                mode == LoadMode.SEND || !client.readings().isEmpty(),
                "--client %s only sends; --mode %s needs a client that receives, such as native",
                client.label(),
                mode.label());
        check(
                mode == LoadMode.SEND || client.readings().contains(settings.reading()),
                "--client %s does not receive by --reading %s; it can: %s",
                client.label(),
                settings.reading().label(),
                client.readings().stream().map(Reading::label).collect(Collectors.joining(", ")));
        check(
                mode != LoadMode.TRIP || settings.style() != SendStyle.BATCH,
                "--mode trip follows single messages; --style batch is for modes send and drain");
        check(
                producers >= 1 && consumers >= 1 && groups >= 1,
                "--producers %d, --consumers %d and --groups %d must be at least 1",
                producers,
                consumers,
                groups);
        check(
                producers <= plan.threads() || mode == LoadMode.DRAIN,
                "--producers %d need at least as many --threads; there are %d",
                producers,
                plan.threads());
        check(
                client.hasGroups() || groups == 1 || mode == LoadMode.SEND,
                "--groups %d: a JMS queue has one group; give --groups 1",
                groups);
        check(
                mode != LoadMode.DRAIN || backlog >= BACKLOG_MIN,
                "--backlog %d must be at least %d",
                backlog,
                BACKLOG_MIN);
        check(
                mode != LoadMode.DRAIN || plan.ratePerSecond() == 0,
                "--rate is for modes send and trip; a backlog is drained as fast as possible");
        check(
                client != ClientKind.RAW || settings.topics() == 1,
                "--topics %d: raw frames are encoded for one topic; give --topics 1",
                settings.topics());
    }

    private static void check(boolean holds, String complaint, Object... arguments) {
        if (!holds) {
            throw new IllegalArgumentException(complaint.formatted(arguments));
        }
    }

    /** As {@code name=value}, for {@link #of}. */
    List<String> arguments() {
        Map<String, Object> named = new LinkedHashMap<>();
        named.put("client", client);
        named.put("mode", mode);
        named.put("address", settings.address());
        named.put("broker", settings.broker());
        named.put("topic", settings.topic());
        named.put("topics", settings.topics());
        named.put("queues", settings.queues());
        named.put("style", settings.style());
        named.put("reading", settings.reading());
        named.put("batch", settings.batch());
        named.put("bytes", settings.bodyBytes());
        named.put("linger", settings.lingerMs());
        named.put("warmup", plan.warmUp());
        named.put("measured", plan.measured());
        named.put("steps", plan.steps());
        named.put("threads", plan.threads());
        named.put("inflight", plan.inFlight());
        named.put("rate", plan.ratePerSecond());
        named.put("producers", producers);
        named.put("consumers", consumers);
        named.put("groups", groups);
        named.put("backlog", backlog);
        List<String> arguments = new ArrayList<>();
        named.forEach((name, value) -> arguments.add(name + "=" + value));
        return arguments;
    }

    /** @throws IllegalArgumentException when an argument is missing or no such value */
    static LoadRequest of(List<String> arguments) {
        Given given = Given.of(arguments);
        return new LoadRequest(
                ClientKind.valueOf(given.text("client")),
                LoadMode.valueOf(given.text("mode")),
                new LoadSettings(
                        given.text("address"),
                        given.text("broker"),
                        given.text("topic"),
                        given.number("topics"),
                        given.number("queues"),
                        SendStyle.valueOf(given.text("style")),
                        Reading.valueOf(given.text("reading")),
                        given.number("batch"),
                        given.number("bytes"),
                        given.number("linger")),
                new LoadPlan(
                        Duration.parse(given.text("warmup")),
                        Duration.parse(given.text("measured")),
                        Long.parseLong(given.text("steps")),
                        given.number("threads"),
                        given.number("inflight"),
                        Double.parseDouble(given.text("rate"))),
                given.number("producers"),
                given.number("consumers"),
                given.number("groups"),
                Long.parseLong(given.text("backlog")));
    }

    private record Given(Map<String, String> values) {
        private static Given of(List<String> arguments) {
            Map<String, String> values = new LinkedHashMap<>();
            for (String argument : arguments) {
                String[] both = argument.split("=", 2);
                check(both.length == 2, "expected name=value but found '%s'", argument);
                values.put(both[0], both[1]);
            }
            return new Given(values);
        }

        private String text(String name) {
            check(values.containsKey(name), "no %s among %s", name, values);
            return values.get(name);
        }

        private int number(String name) {
            return Integer.parseInt(text(name));
        }
    }
}

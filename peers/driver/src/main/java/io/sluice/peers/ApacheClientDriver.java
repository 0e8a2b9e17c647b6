package io.sluice.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.rocketmq.client.exception.MQClientException;

/**
 * Reads commands from standard input, one per line, fields separated by tabs, and answers each with a line that begins
 * with {@code OK} or {@code ERR}; the latter tells the exception, its text, and the code of the broker if it has one.
 * Messages received are told at any time as lines that begin with {@code GOT}. Ends with the input. What the verbs mean is
 * said by the rooms that bring them.
 */
public final class ApacheClientDriver {
    private final Clients clients;
    private final Map<String, Entry> verbs = new LinkedHashMap<>();

    private record Entry(int places, Verb verb) {}

    private ApacheClientDriver(String nameServers) {
        this.clients = new Clients(nameServers);
        on("stop", 1, words -> clients.stop(words.text(0)));
        Producers producers = new Producers(clients);
        producers.addTo(this);
        new TimedSends(producers).addTo(this);
        new TransactionProducers(clients).addTo(this);
        new Requests(clients, producers).addTo(this);
        new PushConsumers(clients).addTo(this);
        new PullConsumers(clients).addTo(this);
        new LitePullConsumers(clients).addTo(this);
        new Queries(producers).addTo(this);
    }

    /** @param places how many words the verb needs; NAME=VALUE options may follow */
    void on(String name, int places, Verb verb) {
        verbs.put(name, new Entry(places, verb));
    }

    public static void main(String[] arguments) throws IOException {
        ApacheClientDriver driver = new ApacheClientDriver(arguments[0]);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            driver.answer(line.split("\t", -1));
        }
        driver.clients.stopAll();
        System.exit(0);
    }

    private void answer(String[] command) {
        try {
            Entry entry = verbs.get(command[0]);
            if (entry == null) {
                throw new IllegalArgumentException("unknown command " + command[0] + "; known are " + verbs.keySet());
            }
            Told.line("OK " + entry.verb().run(new Words(command, entry.places())));
        } catch (Exception failed) {
            Told.line("ERR " + failed.getClass().getSimpleName() + " "
                    + String.valueOf(failed.getMessage()).replace('\n', ' ')
                    + codeOf(failed));
        }
    }

    /** Clients that have tried in vain keep the last broker's code to themselves. */
    private static String codeOf(Exception failed) {
        return failed instanceof MQClientException client ? " responseCode=" + client.getResponseCode() : "";
    }
}

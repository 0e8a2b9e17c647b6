package io.sluice.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.client.ClientConfig;

/** What every client of this process is told alike, and how all of them end. */
final class Clients {
    private static final int ROUTE_POLL_MS = 1_000;

    private final String nameServers;
    private final Map<String, Runnable> endings = new LinkedHashMap<>();

    Clients(String nameServers) {
        this.nameServers = nameServers;
    }

    /** Options that any client takes: {@code instance}, {@code vip}, {@code namespace}, {@code unit}. */
    @SuppressWarnings("deprecation") // newer releases have another kind of namespace beside this one
    void configure(ClientConfig client, String name, Words words) {
        client.setNamesrvAddr(nameServers);
        client.setInstanceName(
                words.option("instance", name) + "-" + ProcessHandle.current().pid());
        client.setPollNameServerInterval(ROUTE_POLL_MS);
        client.setVipChannelEnabled(words.isOn("vip"));
        if (words.options().containsKey("unit")) {
            client.setUnitName(words.option("unit", ""));
            client.setUnitMode(true);
        }
        if (words.options().containsKey("namespace")) {
            client.setNamespace(words.option("namespace", ""));
        }
    }

    void started(String name, Runnable ending) {
        endings.put(name, ending);
    }

    boolean isStarted(String name) {
        return endings.containsKey(name);
    }

    /** Ends one client as an application would. */
    String stop(String name) {
        Runnable ending = endings.remove(name);
        if (ending == null) {
            throw new IllegalArgumentException("nothing started is called " + name);
        }
        ending.run();
        return name;
    }

    /** Ends all, the newest first. */
    void stopAll() {
        List<String> names = new ArrayList<>(endings.keySet());
        for (int i = names.size() - 1; i >= 0; i--) {
            stop(names.get(i));
        }
    }
}

package io.sluice.namesrv.route;

import io.sluice.wire.body.BrokerData;
import java.util.Collections;
import java.util.TreeMap;

/** One broker name with its addresses; guarded by the lock of the table. */
final class BrokerEntry {
    private final String cluster;
    private final String name;
    private final TreeMap<Long, String> addresses = new TreeMap<>();
    private String zoneName = "";
    private boolean actingMaster;

    BrokerEntry(String cluster, String name) {
        this.cluster = cluster;
        this.name = name;
    }

    String cluster() {
        return cluster;
    }

    String name() {
        return name;
    }

    TreeMap<Long, String> addresses() {
        return addresses;
    }

    boolean hasPrimary() {
        return addresses.containsKey(BrokerData.PRIMARY_ID);
    }

    boolean isActingMaster() {
        return actingMaster;
    }

    void settings(String newZoneName, boolean newActingMaster) {
        zoneName = newZoneName;
        actingMaster = newActingMaster;
    }

    BrokerData data() {
        return new BrokerData(
                cluster, name, Collections.unmodifiableMap(new TreeMap<>(addresses)), zoneName, actingMaster);
    }
}

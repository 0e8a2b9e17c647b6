package io.sluice.gateway.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Sends one parcel through each door and sees which doors give it out unchanged. */
final class Demo {
    private final List<DemoDoor> doors;
    private final Duration patience;
    /** Tells this run's parcels from those of an earlier one that still lie in the topic. */
    private final String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);

    private final Map<String, Parcel> arrived = new ConcurrentHashMap<>();
    /** Doors that receive nothing since the cluster lacks what that needs, and what that is. */
    private final Map<String, String> lacking = new ConcurrentHashMap<>();

    /** @param patience how long after the last send the last parcel may arrive */
    Demo(List<DemoDoor> doors, Duration patience) {
        this.doors = doors;
        this.patience = patience;
    }

    /**
     * @param complaints by cell, what is wrong there; none when the parcel arrived unchanged
     * @param lacking    by receiver, what the cluster does not have
     */
    record Result(List<String> doors, Map<String, String> complaints, Map<String, String> lacking) {
        boolean holds() {
            return complaints.isEmpty() && lacking.isEmpty();
        }

        String table() {
            StringBuilder table = new StringBuilder("%-10s".formatted("from \\ to"));
            doors.forEach(door -> table.append("%10s".formatted(door)));
            for (String sender : doors) {
                table.append("\n%-10s".formatted(sender));
                for (String receiver : doors) {
                    table.append("%10s".formatted(word(sender, receiver)));
                }
            }
            lacking.forEach((receiver, what) -> table.append("\n")
                    .append(receiver)
                    .append(" receives nothing: ")
                    .append(what));
            complaints.forEach((cell, complaint) ->
                    table.append("\n").append(cell).append(": ").append(complaint));
            return table.toString();
        }

        private String word(String sender, String receiver) {
            if (lacking.containsKey(receiver)) {
                return "-";
            }
            return complaints.containsKey(cell(sender, receiver)) ? "FAILED" : "ok";
        }
    }

    private static String cell(String sender, String receiver) {
        return sender + " to " + receiver;
    }

    Result run() throws Exception {
        List<Parcel> parcels = new ArrayList<>();
        CountDownLatch missing = new CountDownLatch(doors.size() * doors.size());
        for (DemoDoor door : doors) {
            door.receive(
                    parcel -> {
                        String sender = senderOf(parcel);
                        if (!sender.isEmpty() && arrived.putIfAbsent(cell(sender, door.name()), parcel) == null) {
                            missing.countDown();
                        }
                    },
                    what -> {
                        if (lacking.putIfAbsent(door.name(), what) == null) {
                            doors.forEach(sender -> missing.countDown());
                        }
                    });
        }
        for (DemoDoor door : doors) {
            Parcel parcel = new Parcel(
                    "*Grüße* from %s".formatted(door.name()),
                    "text/markdown",
                    "hello",
                    "key-" + door.name(),
                    run + " by " + door.name());
            parcels.add(parcel);
            door.send(parcel);
        }
        missing.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        return judge(parcels);
    }

    /** Empty for a parcel that is not of this run. */
    private String senderOf(Parcel parcel) {
        String mark = run + " by ";
        return parcel.note() != null && parcel.note().startsWith(mark)
                ? parcel.note().substring(mark.length())
                : "";
    }

    private Result judge(List<Parcel> parcels) {
        Map<String, String> complaints = new LinkedHashMap<>();
        for (int sender = 0; sender < doors.size(); sender++) {
            for (DemoDoor receiver : doors) {
                if (lacking.containsKey(receiver.name())) {
                    continue;
                }
                String cell = cell(doors.get(sender).name(), receiver.name());
                Parcel got = arrived.get(cell);
                if (got == null) {
                    complaints.put(cell, "did not arrive within " + patience.toSeconds() + " s");
                } else if (!got.equals(parcels.get(sender))) {
                    complaints.put(cell, "arrived as %s, was sent as %s".formatted(got, parcels.get(sender)));
                }
            }
        }
        return new Result(doors.stream().map(DemoDoor::name).toList(), complaints, Map.copyOf(lacking));
    }
}

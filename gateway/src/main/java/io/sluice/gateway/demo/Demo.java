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

    /** @param patience how long after the last send the last parcel may arrive */
    Demo(List<DemoDoor> doors, Duration patience) {
        this.doors = doors;
        this.patience = patience;
    }

    /** What a cell of the table says: {@code null} when the parcel arrived unchanged, else what is wrong. */
    record Result(List<String> doors, Map<String, String> complaints) {
        boolean holds() {
            return complaints.isEmpty();
        }

        String table() {
            StringBuilder table = new StringBuilder("%-10s".formatted("from \\ to"));
            doors.forEach(door -> table.append("%10s".formatted(door)));
            for (String sender : doors) {
                table.append("\n%-10s".formatted(sender));
                for (String receiver : doors) {
                    table.append("%10s".formatted(complaints.containsKey(cell(sender, receiver)) ? "FAILED" : "ok"));
                }
            }
            complaints.forEach((cell, complaint) ->
                    table.append("\n").append(cell).append(": ").append(complaint));
            return table.toString();
        }
    }

    private static String cell(String sender, String receiver) {
        return sender + " to " + receiver;
    }

    Result run() throws Exception {
        List<Parcel> parcels = new ArrayList<>();
        CountDownLatch missing = new CountDownLatch(doors.size() * doors.size());
        for (DemoDoor door : doors) {
            door.receive(parcel -> {
                String sender = senderOf(parcel);
                if (!sender.isEmpty() && arrived.putIfAbsent(cell(sender, door.name()), parcel) == null) {
                    missing.countDown();
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
                String cell = cell(doors.get(sender).name(), receiver.name());
                Parcel got = arrived.get(cell);
                if (got == null) {
                    complaints.put(cell, "did not arrive within " + patience.toSeconds() + " s");
                } else if (!got.equals(parcels.get(sender))) {
                    complaints.put(cell, "arrived as %s, was sent as %s".formatted(got, parcels.get(sender)));
                }
            }
        }
        return new Result(doors.stream().map(DemoDoor::name).toList(), complaints);
    }
}

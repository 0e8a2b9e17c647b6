package io.sluice.broker.lease;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a group that is ordered by key owes its consumers, in plain words: one list of messages per queue and key. */
final class KeyModel {
    /** One message that is not settled. */
    static final class Item {
        final String text;
        final int number;
        final String lane;
        int attempts;
        /** 0: with nobody. */
        int answer;

        long untilMs;
        long freeAtMs;
        boolean isSettled;

        Item(String text, int number, String lane) {
            this.text = text;
            this.number = number;
            this.lane = lane;
        }
    }

    private final int attemptsMax;
    /** By queue and key; a message without a key has a lane of its own. */
    private final Map<String, List<Item>> lanes = new LinkedHashMap<>();

    private final Map<String, Item> byText = new LinkedHashMap<>();
    private final Set<String> dead = new TreeSet<>();
    private long nowMs;
    private int answers;

    KeyModel(int attemptsMax, long nowMs) {
        this.attemptsMax = attemptsMax;
        this.nowMs = nowMs;
    }

    void send(int queueId, String text, String key) {
        String lane = queueId + "/" + (key == null ? "-" + text : key);
        Item item = new Item(text, byText.size(), lane);
        lanes.computeIfAbsent(lane, none -> new ArrayList<>()).add(item);
        byText.put(text, item);
    }

    Item item(String text) {
        return byText.get(text);
    }

    /** The next messages of the key that may be lent; empty when it is held, or its first waits for its time. */
    private List<Item> lendable(List<Item> lane) {
        boolean held = lane.stream().anyMatch(item -> item.answer != 0);
        return held || lane.isEmpty() || lane.stream().anyMatch(item -> item.freeAtMs > nowMs) ? List.of() : lane;
    }

    /** Whether an answer may have brought these messages and no others. */
    String fault(List<String> texts, int wanted) {
        List<Item> lent = texts.stream().map(byText::get).toList();
        Map<String, List<Item>> byLane = lent.stream()
                .collect(Collectors.groupingBy(item -> item.lane, LinkedHashMap::new, Collectors.toList()));
        for (Map.Entry<String, List<Item>> of : byLane.entrySet()) {
            List<Item> due = lendable(lanes.get(of.getKey()));
            if (due.size() < of.getValue().size()
                    || !due.subList(0, of.getValue().size()).equals(of.getValue())) {
                return "of key %s came %s, due were %s"
                        .formatted(
                                of.getKey(),
                                texts,
                                due.stream().map(item -> item.text).toList());
            }
        }
        long due =
                lanes.values().stream().flatMap(lane -> lendable(lane).stream()).count();
        return lent.size() < Math.min(wanted, due)
                ? "%d of %d wanted came, %d were due".formatted(lent.size(), wanted, due)
                : null;
    }

    void lent(List<String> texts, long leaseMs) {
        answers++;
        for (String text : texts) {
            Item item = byText.get(text);
            item.answer = answers;
            item.attempts++;
            item.untilMs = nowMs + leaseMs;
        }
    }

    int answers() {
        return answers;
    }

    boolean isHeld(Item item, int answer) {
        return !item.isSettled && item.answer == answer && item.untilMs > nowMs;
    }

    void settle(Item item) {
        item.isSettled = true;
        item.answer = 0;
        lanes.get(item.lane).remove(item);
    }

    void bury(Item item) {
        settle(item);
        dead.add(item.text);
    }

    void comeBack(Item item, long freeAtMs) {
        item.answer = 0;
        item.freeAtMs = freeAtMs;
        for (Item later : lanes.get(item.lane)) {
            if (later.number > item.number && later.answer != 0) {
                later.answer = 0;
                later.attempts--;
            }
        }
        if (item.attempts >= attemptsMax) {
            bury(item);
        }
    }

    void pass(long ms) {
        nowMs += ms;
        Stream<Item> held = byText.values().stream().filter(item -> item.answer != 0 && item.untilMs <= nowMs);
        held.sorted(Comparator.<Item>comparingLong(item -> item.untilMs).thenComparingInt(item -> item.number))
                .toList()
                .forEach(item -> {
                    if (item.answer != 0) {
                        comeBack(item, 0);
                    }
                });
    }

    long nowMs() {
        return nowMs;
    }

    /** The broker is new: whatever was lent is with nobody, and does not count. */
    void restart() {
        byText.values().stream().filter(item -> item.answer != 0).forEach(item -> {
            item.answer = 0;
            item.attempts--;
        });
    }

    Set<String> dead() {
        return dead;
    }

    long unsettled() {
        return byText.values().stream().filter(item -> !item.isSettled).count();
    }
}

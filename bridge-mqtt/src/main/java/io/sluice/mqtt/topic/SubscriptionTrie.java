package io.sluice.mqtt.topic;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * Finds the subscriptions whose filter matches a topic name (MQTT-5.0 §4.7).
 *
 * <p>A tree with one node per level of a filter. Writers hold the lock of the trie; readers take none and see each
 * subscription either whole or not at all. Nodes are concurrent maps and not copied snapshots, because a copy per change
 * costs as much as the widest level has children, and a level of devices may have 100,000 of them.
 *
 * @param <K> who subscribes; a second {@link #put} with equal filter and subscriber replaces the first
 * @param <V> what was agreed
 */
public final class SubscriptionTrie<K, V> {
    private final Node<K, V> root = new Node<>();
    private final Object writing = new Object();
    /** Guarded by {@link #writing}. */
    private int size;

    private static final class Node<K, V> {
        final Map<String, Node<K, V>> children = new ConcurrentHashMap<>(2);
        final Map<K, V> here = new ConcurrentHashMap<>(2);

        boolean isEmpty() {
            return children.isEmpty() && here.isEmpty();
        }
    }

    /** The value that was there before, or {@code null}. */
    public V put(TopicFilter filter, K subscriber, V agreed) {
        synchronized (writing) {
            Node<K, V> node = root;
            for (String level : filter.levels()) {
                node = node.children.computeIfAbsent(level, none -> new Node<>());
            }
            V before = node.here.put(subscriber, agreed);
            if (before == null) {
                size++;
            }
            return before;
        }
    }

    /** Whether the subscriber had exactly this value under the filter; a value that replaced it stays. */
    public boolean remove(TopicFilter filter, K subscriber, V agreed) {
        synchronized (writing) {
            boolean removed = remove(root, filter.levels(), 0, subscriber, agreed);
            if (removed) {
                size--;
            }
            return removed;
        }
    }

    /** Removes on the way down and prunes empty nodes on the way up; the depth is bounded by the levels of a filter. */
    private boolean remove(Node<K, V> node, List<String> levels, int depth, K subscriber, V agreed) {
        if (depth == levels.size()) {
            return node.here.remove(subscriber, agreed);
        }
        String level = levels.get(depth);
        Node<K, V> child = node.children.get(level);
        if (child == null) {
            return false;
        }
        boolean removed = remove(child, levels, depth + 1, subscriber, agreed);
        if (child.isEmpty()) {
            node.children.remove(level);
        }
        return removed;
    }

    /** Tells every subscription that matches; one subscriber with several matching filters is told several times. */
    public void match(MqttTopic topic, BiConsumer<K, V> told) {
        match(root, topic.levels(), 0, topic.isServerOwned(), told);
    }

    private void match(Node<K, V> node, List<String> levels, int depth, boolean serverOwned, BiConsumer<K, V> told) {
        boolean wildcardsCount = depth > 0 || !serverOwned;
        if (wildcardsCount) {
            Node<K, V> allBelow = node.children.get(TopicFilter.ALL_BELOW);
            if (allBelow != null) {
                allBelow.here.forEach(told);
            }
        }
        if (depth == levels.size()) {
            node.here.forEach(told);
            return;
        }
        Node<K, V> exact = node.children.get(levels.get(depth));
        if (exact != null) {
            match(exact, levels, depth + 1, serverOwned, told);
        }
        if (wildcardsCount) {
            Node<K, V> oneLevel = node.children.get(TopicFilter.ONE_LEVEL);
            if (oneLevel != null) {
                match(oneLevel, levels, depth + 1, serverOwned, told);
            }
        }
    }

    /** How many subscriptions there are. */
    public int size() {
        synchronized (writing) {
            return size;
        }
    }
}

package io.sluice.broker.topic;

import io.sluice.broker.table.TableSaver;
import io.sluice.broker.table.TableText;
import io.sluice.model.IllegalNameException;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.tail.Later;
import io.sluice.wire.body.DataVersion;
import io.sluice.wire.body.TopicConfig;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics of this broker.
 *
 * <p>Changes exclude each other; a look-up is one step in a concurrent map. A change is visible at once and on the disk
 * when the stage of {@link #saved} completes; listeners are told after the change, on the thread that made it.
 */
public final class TopicTable {
    private static final Logger log = LoggerFactory.getLogger(TopicTable.class);

    private volatile TopicRules rules;
    private volatile SystemTopics system;
    private final InstantSource clock;
    private final TableSaver saver;
    private final Map<String, Topic> topics = new ConcurrentHashMap<>();
    private final List<Consumer<TopicName>> listeners = new CopyOnWriteArrayList<>();
    /** Topics not in the file yet: who is told that something was stored in one waits for its stage. */
    private final Map<String, CompletionStage<Void>> unsaved = new ConcurrentHashMap<>();

    private volatile DataVersion version;

    /** What became of the wish for a topic to send to. */
    public sealed interface Wanted {
        /** @param topic exists now, perhaps since this moment */
        record Found(Topic topic) implements Wanted {}

        /** @param sentence why there is no such topic and what would help */
        record Missing(String sentence) implements Wanted {}

        /** @param sentence what is wrong with the name */
        record IllegalName(String sentence) implements Wanted {}
    }

    private TopicTable(TopicRules rules, InstantSource clock, Later later, Consumer<String> file, TopicsFile loaded) {
        this.rules = rules;
        this.system = new SystemTopics(rules);
        this.clock = clock;
        this.version = loaded.dataVersion();
        this.saver = new TableSaver("the topic table", later, this::text, file);
        loaded.topicConfigTable().values().stream()
                .filter(topic -> !system.isUnusable(topic.topicName()))
                .forEach(topic -> topics.put(topic.topicName(), Topic.of(topic)));
        system.initial().forEach(topic -> topics.putIfAbsent(topic.name().value(), topic));
        if (!rules.autoCreate()) {
            topics.remove(SystemTopics.AUTO_CREATE_TEMPLATE);
        }
    }

    /**
     * @param stored what the table's file holds, if it exists
     * @param later  where the file is written
     * @param file   writes the file
     */
    public static TopicTable open(
            TopicRules rules, InstantSource clock, Later later, Optional<TopicsFile> stored, Consumer<String> file) {
        return new TopicTable(
                rules,
                clock,
                later,
                file,
                stored.orElseGet(() -> new TopicsFile(Map.of(), DataVersion.initial(clock.millis()))));
    }

    /** Tells the listener the name of each topic that is created, changed or deleted, from now on. */
    public void onChange(Consumer<TopicName> listener) {
        listeners.add(listener);
    }

    public Optional<Topic> find(String topic) {
        return Optional.ofNullable(topics.get(topic));
    }

    public Optional<Topic> find(TopicName topic) {
        return find(topic.value());
    }

    public SystemTopics system() {
        return system;
    }

    /** Every topic in name order. */
    public List<Topic> all() {
        return List.copyOf(new TreeMap<>(topics).values());
    }

    public DataVersion version() {
        return version;
    }

    /**
     * The topic that a client wants to send to. An unknown one is made after the template that the client names, if that
     * template may be inherited; retry and dead-letter topics need no template.
     *
     * @param template     name of the topic to be copied
     * @param queuesWanted how many queues the client would like
     */
    public Wanted forSending(String topic, String template, int queuesWanted) {
        Topic known = topics.get(topic);
        return known != null ? new Wanted.Found(known) : create(topic, template, queuesWanted);
    }

    private Wanted create(String topic, String template, int queuesWanted) {
        TopicName name;
        try {
            name = new TopicName(topic);
        } catch (IllegalNameException illegal) {
            return new Wanted.IllegalName(illegal.getMessage());
        }
        if (name.isRetry() || name.isDeadLetter()) {
            return new Wanted.Found(ensureGroupTopic(name, 1));
        }
        if (isFull()) {
            return new Wanted.Missing(fullSentence(topic));
        }
        Topic model = topics.get(template);
        if (model == null || !Permission.isInherited(model.perm())) {
            return new Wanted.Missing(
                    ("topic[%s] not exist, apply first please! It can be created with updateTopic, or by sending when"
                                    + " autoCreateTopicEnable is true")
                            .formatted(topic));
        }
        int queues = Math.max(1, Math.min(queuesWanted, model.writeQueues()));
        return new Wanted.Found(createOnce(new Topic(
                name, queues, queues, model.perm() & ~Permission.INHERIT, 0, model.filterType(), false, Map.of())));
    }

    /**
     * The retry or dead-letter topic of a group, made on demand; it may be read and written.
     *
     * @throws RefusedException when it would be one topic too many
     */
    public Topic ensureGroupTopic(TopicName name, int queues) {
        Topic known = topics.get(name.value());
        return known != null ? known : createOnce(Topic.of(name.value(), queues, Permission.READ_WRITE));
    }

    private Topic createOnce(Topic wanted) {
        synchronized (this) {
            Topic raced = topics.get(wanted.name().value());
            if (raced != null) {
                return raced;
            }
            log.info(
                    "topic {} is created on demand: queues={} perm={}",
                    wanted.name(),
                    wanted.writeQueues(),
                    wanted.perm());
            change(wanted);
        }
        tell(wanted.name());
        return wanted;
    }

    /**
     * Creates the topic or replaces what is known of it. Completes when the file holds it.
     *
     * @throws RefusedException when it would be one topic too many
     */
    public CompletionStage<Void> put(Topic topic) {
        CompletionStage<Void> saved;
        synchronized (this) {
            Topic before = topics.get(topic.name().value());
            boolean expires = before != null && before.expiry().perMessage();
            saved = change(expires ? topic.withExpiringMessages() : topic);
        }
        log.info(
                "topic {} is set: readQueues={} writeQueues={} perm={}",
                topic.name(),
                topic.readQueues(),
                topic.writeQueues(),
                topic.perm());
        tell(topic.name());
        return saved;
    }

    private boolean isFull() {
        return topics.size() >= rules.maxTopics();
    }

    private String fullSentence(String topic) {
        return "topic[%s] not exist and is not created: there are %d topics, maxTopics is %d. Delete some, or raise the limit"
                .formatted(topic, topics.size(), rules.maxTopics());
    }

    /**
     * A message with a time of its own is stored in the topic: from now on readers look. {@link #unsaved} tells when that is
     * in the file.
     */
    public void expires(Topic topic) {
        if (topic.expiry().perMessage() || topic.name().isDeadLetter()) {
            return;
        }
        synchronized (this) {
            Topic now = topics.get(topic.name().value());
            if (now != null && !now.expiry().perMessage()) {
                log.info("topic {} has messages that expire", now.name());
                change(now.withExpiringMessages());
            }
        }
    }

    private CompletionStage<Void> change(Topic topic) {
        String name = topic.name().value();
        // Groups have a limit of their own, and what fails must find its place.
        boolean isOfGroup = topic.name().isRetry() || topic.name().isDeadLetter();
        if (isFull() && !isOfGroup && !topics.containsKey(name)) {
            throw new RefusedException(Refusal.UNAVAILABLE, fullSentence(name));
        }
        CompletableFuture<Void> saved = new CompletableFuture<>();
        unsaved.put(name, saved);
        topics.put(name, topic);
        version = version.next(clock.millis());
        saver.save().whenComplete((done, failed) -> {
            unsaved.remove(name, saved);
            if (failed == null) {
                saved.complete(null);
            } else {
                saved.completeExceptionally(failed);
            }
        });
        return saved;
    }

    /** Whether the topic existed. The queues are the store's business. Completes when the file holds the change. */
    public CompletionStage<Boolean> remove(TopicName topic) {
        CompletionStage<Void> saved;
        synchronized (this) {
            if (topics.remove(topic.value()) == null) {
                return CompletableFuture.completedFuture(false);
            }
            version = version.next(clock.millis());
            saved = saver.save();
        }
        log.info("topic {} is deleted", topic);
        tell(topic);
        return saved.thenApply(done -> true);
    }

    /**
     * When the topic is in the file; empty when it is already, which is nearly always. A topic that could not be saved is
     * tried again: the stage has failed then, but the topic stays.
     */
    public Optional<CompletionStage<Void>> unsaved(String topic) {
        return unsaved.isEmpty() ? Optional.empty() : Optional.ofNullable(unsaved.get(topic));
    }

    private void tell(TopicName topic) {
        listeners.forEach(listener -> listener.accept(topic));
    }

    /** Names of topics that belong neither to the broker nor to a group. */
    public boolean isOfApplications(Topic topic) {
        return !topic.name().isRetry()
                && !topic.name().isDeadLetter()
                && !system.isSystem(topic.name().value());
    }

    /** Names of every topic, for tools. */
    public Set<String> names() {
        return Set.copyOf(topics.keySet());
    }

    public TopicRules rules() {
        return rules;
    }

    /**
     * Changes how topics come into being, from the next message on; the template for created topics follows.
     *
     * @param autoCreate    whether a send to an unknown topic creates it
     * @param defaultQueues most queues that such a topic gets, 1 or more
     */
    public void changeRules(boolean autoCreate, int defaultQueues) {
        TopicName template = new TopicName(SystemTopics.AUTO_CREATE_TEMPLATE);
        synchronized (this) {
            rules = new TopicRules(
                    rules.clusterName(),
                    rules.brokerName(),
                    autoCreate,
                    defaultQueues,
                    rules.maxTopics(),
                    rules.delayLevels(),
                    rules.traceTopic());
            system = new SystemTopics(rules);
        }
        if (autoCreate) {
            put(Topic.of(template.value(), defaultQueues, Permission.READ_WRITE | Permission.INHERIT));
        } else {
            remove(template);
        }
    }

    /** Every topic by name, as the protocol carries them. */
    public Map<String, TopicConfig> configs() {
        Map<String, TopicConfig> configs = new TreeMap<>();
        topics.forEach((name, topic) -> configs.put(name, topic.toConfig()));
        return configs;
    }

    private String text() {
        return TableText.write(new TopicsFile(configs(), version));
    }

    /** Brings the table to its file on the calling thread. */
    public void saveNow() {
        saver.saveNow();
    }
}

package io.sluice.broker.group;

import io.sluice.broker.table.TableSaver;
import io.sluice.broker.table.TableText;
import io.sluice.model.GroupName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.tail.Later;
import io.sluice.wire.body.DataVersion;
import io.sluice.wire.body.SubscriptionGroupConfig;
import io.sluice.wire.body.SubscriptionGroupTable;
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
 * The settings of every consumer group. Changes exclude each other and are visible at once; a look-up is one step in a
 * concurrent map.
 */
public final class GroupConfigTable {
    private static final Logger log = LoggerFactory.getLogger(GroupConfigTable.class);
    private static final String RESERVED_PREFIX = "CID_RMQ_SYS_";

    /** Groups of tools and of the broker itself, which exist from the start. */
    private static final Set<String> INITIAL = Set.of(
            "TOOLS_CONSUMER",
            "FILTERSRV_CONSUMER",
            "SELF_TEST_C_GROUP",
            "CID_ONS-HTTP-PROXY",
            "CID_ONSAPI_PULL",
            "CID_ONSAPI_PERMISSION",
            "CID_ONSAPI_OWNER",
            "CID_RMQ_SYS_TRANS");

    private volatile boolean autoCreate;
    private final int maxGroups;
    private final InstantSource clock;
    private final TableSaver saver;
    private final Map<GroupName, SubscriptionGroupConfig> groups = new ConcurrentHashMap<>();
    /** Of other brokers; carried unchanged. */
    private final Map<String, Map<String, Integer>> forbidden;

    private final List<Consumer<GroupName>> removalListeners = new CopyOnWriteArrayList<>();
    private volatile DataVersion version;

    private GroupConfigTable(
            boolean autoCreate,
            int maxGroups,
            InstantSource clock,
            Later later,
            Consumer<String> file,
            SubscriptionGroupTable loaded) {
        this.autoCreate = autoCreate;
        this.maxGroups = maxGroups;
        this.clock = clock;
        this.version = loaded.dataVersion();
        this.forbidden = loaded.forbiddenTable();
        this.saver = new TableSaver("the group table", later, this::text, file);
        INITIAL.forEach(name -> groups.put(new GroupName(name), SubscriptionGroupConfig.ofDefaults(name)));
        loaded.subscriptionGroupTable().values().forEach(group -> groups.put(new GroupName(group.groupName()), group));
    }

    /**
     * @param autoCreate whether a group that is used for the first time gets its settings by itself
     *                   (autoCreateSubscriptionGroup)
     * @param maxGroups  how many groups there may be (maxSubscriptionGroups)
     * @param stored     what the table's file holds, if it exists
     * @param later      where the file is written
     * @param file       writes the file
     */
    public static GroupConfigTable open(
            boolean autoCreate,
            int maxGroups,
            InstantSource clock,
            Later later,
            Optional<SubscriptionGroupTable> stored,
            Consumer<String> file) {
        return new GroupConfigTable(
                autoCreate,
                maxGroups,
                clock,
                later,
                file,
                stored.orElseGet(
                        () -> new SubscriptionGroupTable(Map.of(), Map.of(), DataVersion.initial(clock.millis()))));
    }

    /** Whether a group that is used for the first time gets its settings by itself, from now on. */
    public void autoCreate(boolean allowed) {
        autoCreate = allowed;
    }

    public Optional<SubscriptionGroupConfig> find(GroupName group) {
        return Optional.ofNullable(groups.get(group));
    }

    /**
     * The settings of a group that is used now; made if that is allowed or the group is the broker's own.
     *
     * @throws RefusedException when it would be one group too many
     */
    public Optional<SubscriptionGroupConfig> forUse(GroupName group) {
        SubscriptionGroupConfig known = groups.get(group);
        if (known != null) {
            return Optional.of(known);
        }
        if (!autoCreate && !group.value().startsWith(RESERVED_PREFIX)) {
            return Optional.empty();
        }
        synchronized (this) {
            SubscriptionGroupConfig raced = groups.get(group);
            if (raced != null) {
                return Optional.of(raced);
            }
            refuseWhenFull(group);
            SubscriptionGroupConfig made = SubscriptionGroupConfig.ofDefaults(group.value());
            log.info("consumer group {} is created on demand", group);
            groups.put(group, made);
            saveChange();
            return Optional.of(made);
        }
    }

    /**
     * Completes when the file holds the settings.
     *
     * @throws RefusedException when it would be one group too many
     * @throws io.sluice.model.IllegalNameException when the name of the group is illegal
     */
    public synchronized CompletionStage<Void> put(SubscriptionGroupConfig group) {
        GroupName name = new GroupName(group.groupName());
        refuseWhenFull(name);
        log.info(
                "consumer group {} is set: consumeEnable={} retryQueues={} retryMaxTimes={}",
                name,
                group.consumeEnable(),
                group.retryQueueNums(),
                group.retryMaxTimes());
        groups.put(name, group);
        return saveChange();
    }

    private void refuseWhenFull(GroupName group) {
        if (groups.size() >= maxGroups && !groups.containsKey(group)) {
            throw new RefusedException(
                    Refusal.UNAVAILABLE,
                    ("consumer group %s is not created: there are %d groups, maxSubscriptionGroups is %d. Delete some, or raise"
                                    + " the limit")
                            .formatted(group, groups.size(), maxGroups));
        }
    }

    /** Whether the group existed. Completes when the file holds the change. */
    public CompletionStage<Boolean> remove(GroupName group) {
        CompletionStage<Void> saved;
        synchronized (this) {
            if (groups.remove(group) == null) {
                return CompletableFuture.completedFuture(false);
            }
            saved = saveChange();
        }
        log.info("consumer group {} is deleted", group);
        removalListeners.forEach(listener -> listener.accept(group));
        return saved.thenApply(done -> true);
    }

    /** Tells the listener the name of each group that is deleted, from now on, on the thread that deletes it. */
    public void onRemove(Consumer<GroupName> listener) {
        removalListeners.add(listener);
    }

    private CompletionStage<Void> saveChange() {
        version = version.next(clock.millis());
        return saver.save();
    }

    /** Whether the members of a group are told of changes; yes for groups without settings. */
    public boolean mayNotify(GroupName group) {
        return find(group)
                .map(SubscriptionGroupConfig::notifyConsumerIdsChangedEnable)
                .orElse(true);
    }

    /** Every group with the version of the table, as tools and replicas ask for it. */
    public SubscriptionGroupTable all() {
        Map<String, SubscriptionGroupConfig> all = new TreeMap<>();
        groups.forEach((name, group) -> all.put(name.value(), group));
        return new SubscriptionGroupTable(all, forbidden, version);
    }

    private String text() {
        return TableText.write(all());
    }

    /** Brings the table to its file on the calling thread. */
    public void saveNow() {
        saver.saveNow();
    }
}

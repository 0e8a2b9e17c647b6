package io.sluice.broker.assign;

import io.sluice.broker.table.TableSaver;
import io.sluice.broker.table.TableText;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.tail.Later;
import io.sluice.wire.body.MessageRequestMode;
import io.sluice.wire.body.MessageRequestModeTable;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Whether groups pull or pop a topic, as set by administrators ({@code messageRequestMode.json}). A group that nobody set
 * anything for pulls. Safe for many threads; written by whoever saves tables.
 */
public final class RequestModes {
    public static final String PULL = "PULL";
    public static final String POP = "POP";

    private final Map<Key, MessageRequestMode> modes = new ConcurrentHashMap<>();
    private final TableSaver saver;

    private record Key(String topic, String group) {}

    private RequestModes(Later later, Consumer<String> file, MessageRequestModeTable stored) {
        this.saver = new TableSaver("the table of request modes", later, () -> TableText.write(all()), file);
        stored.messageRequestModeMap().values().forEach(ofTopic -> ofTopic.values()
                .forEach(mode -> modes.put(new Key(mode.topic(), mode.consumerGroup()), mode)));
    }

    /**
     * @param stored what the table's file holds, if it exists
     * @param later  where the file is written
     * @param file   writes the file
     */
    public static RequestModes open(Later later, Optional<MessageRequestModeTable> stored, Consumer<String> file) {
        return new RequestModes(later, file, stored.orElse(new MessageRequestModeTable(Map.of())));
    }

    public Optional<MessageRequestMode> find(TopicName topic, GroupName group) {
        return Optional.ofNullable(modes.get(new Key(topic.value(), group.value())));
    }

    /** Completes when the mode is in the file. */
    public CompletionStage<Void> put(MessageRequestMode mode) {
        modes.put(new Key(mode.topic(), mode.consumerGroup()), mode);
        return saver.save();
    }

    public MessageRequestModeTable all() {
        Map<String, Map<String, MessageRequestMode>> byTopic = new HashMap<>();
        modes.values().forEach(mode -> byTopic.computeIfAbsent(mode.topic(), none -> new HashMap<>())
                .put(mode.consumerGroup(), mode));
        return new MessageRequestModeTable(byTopic);
    }
}

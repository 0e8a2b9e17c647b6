package io.sluice.jms.destination;

import io.sluice.model.EscapedName;
import io.sluice.model.GroupName;
import io.sluice.model.IllegalNameException;
import io.sluice.model.TopicName;
import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;

/**
 * One JMS destination. A name is {@code TOPIC} or {@code TOPIC/TAG}: the part before the first slash names the native
 * topic, with characters that are illegal there escaped reversibly, the rest is the tag: the same way as MQTT topic names
 * are laid onto native topics.
 *
 * <p>Two addresses are equal when they mean the same messages.
 *
 * @param name      as applications see it, unescaped
 * @param temporary lives as long as the connection that made it
 */
public record Address(Kind kind, String name, boolean temporary) implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final String GROUP_PREFIX = "jms-queue-";
    private static final char TAG_SEPARATOR = '/';

    /** @throws IllegalNameException when no native topic or tag can have the name */
    public Address {
        Objects.requireNonNull(kind, "kind");
        if (name == null || name.isEmpty()) {
            throw new IllegalNameException("a %s name is empty; expected TOPIC or TOPIC/TAG".formatted(kind.word()));
        }
        int slash = name.indexOf(TAG_SEPARATOR);
        if (slash >= 0) {
            checkTag(name, name.substring(slash + 1));
        }
        name = slash < 0
                ? NativeName.decode(name)
                : NativeName.decode(name.substring(0, slash)) + name.substring(slash);
        requireLegal(kind, name);
    }

    public static Address queue(String name) {
        return new Address(Kind.QUEUE, name, false);
    }

    public static Address topic(String name) {
        return new Address(Kind.TOPIC, name, false);
    }

    private static void checkTag(String name, String tag) {
        boolean legal = !tag.isEmpty() && !tag.contains("||");
        for (int i = 0; legal && i < tag.length(); i++) {
            legal = tag.charAt(i) > ' ' && tag.charAt(i) != 0x7F;
        }
        if (!legal) {
            throw new IllegalNameException(
                    "destination '%s' has an illegal tag after the slash; expected at least one character, no blanks, no ||"
                            .formatted(name));
        }
    }

    /** Making the names is the check: their types refuse what is illegal. */
    private static void requireLegal(Kind kind, String name) {
        nativeTopic(name);
        if (kind == Kind.QUEUE) {
            groupOf(name);
        }
    }

    private static TopicName nativeTopic(String name) {
        int slash = name.indexOf(TAG_SEPARATOR);
        return new TopicName(NativeName.encode(slash < 0 ? name : name.substring(0, slash)));
    }

    /** The native topic that holds the messages. */
    public TopicName topic() {
        return nativeTopic(name);
    }

    /** The tag of its messages, when the name has one. */
    public Optional<String> tag() {
        int slash = name.indexOf(TAG_SEPARATOR);
        return slash < 0 ? Optional.empty() : Optional.of(name.substring(slash + 1));
    }

    /** The name as other doors write it: native topic, and the tag after a slash. */
    public String nativeText() {
        return topic() + tag().map(tag -> TAG_SEPARATOR + tag).orElse("");
    }

    /** The one group whose shared cursor is the queue: {@code jms-queue-}, the native topic, and if there is a tag {@code %2F} and the tag. */
    public GroupName group() {
        return groupOf(name);
    }

    private static GroupName groupOf(String name) {
        int slash = name.indexOf(TAG_SEPARATOR);
        String tag = slash < 0 ? "" : EscapedName.escape(name.substring(slash));
        return new GroupName(GROUP_PREFIX + nativeTopic(name) + tag);
    }

    @Override
    public String toString() {
        return (temporary ? "temporary " : "") + kind.word() + " " + name;
    }
}

package io.sluice.mqtt.topic;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a publisher means by a topic name {@code $delayed/SECONDS/NAME}: a message for {@code NAME}, delivered after so many
 * seconds. MQTT has no word of its own for that; as a name it can be said in every version of it.
 *
 * @param topic        where the message goes
 * @param delaySeconds 0..9999999999; how far away it may be is the broker's to say
 */
public record DelayedTopic(MqttTopic topic, long delaySeconds) {
    private static final String PREFIX = "$delayed/";
    private static final Pattern FORM = Pattern.compile("\\$delayed/([0-9]{1,10})/(.+)", Pattern.DOTALL);

    /**
     * Empty when the name is an ordinary one.
     *
     * @throws IllegalTopicException when it begins like a delayed one and does not go on like one
     */
    public static Optional<DelayedTopic> of(MqttTopic name) {
        if (!name.name().startsWith(PREFIX)) {
            return Optional.empty();
        }
        Matcher parts = FORM.matcher(name.name());
        if (!parts.matches()) {
            throw new IllegalTopicException(
                    "topic name '%s' is not of the form $delayed/SECONDS/NAME with 1 to 10 digits"
                            .formatted(TopicText.printable(name.name())));
        }
        return Optional.of(new DelayedTopic(new MqttTopic(parts.group(2)), Long.parseLong(parts.group(1))));
    }
}

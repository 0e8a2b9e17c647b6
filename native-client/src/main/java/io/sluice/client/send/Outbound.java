package io.sluice.client.send;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.RouteCache;
import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SendCommands;
import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.message.PropertiesCodec;
import java.util.List;

/**
 * One message, or one batch, in the form in which it is sent; made once for all tries.
 *
 * @param body        as it travels: compressed, or the entries of a batch
 * @param uniqueKeys  one per message, empty text when it has none
 * @param isBatch     whether the body is a batch
 */
record Outbound(
        TopicName topic,
        byte[] body,
        String properties,
        int sysFlag,
        int flag,
        long bornAtMs,
        List<String> uniqueKeys,
        boolean isBatch,
        Redelivery redelivery) {

    /**
     * What a message says that its consumer sends to the retry topic itself.
     *
     * @param reconsumeTimes deliveries so far
     * @param maxTimes       or {@link SendCommands#GROUP_DECIDES}
     */
    record Redelivery(int reconsumeTimes, int maxTimes) {
        static final Redelivery NONE = new Redelivery(0, SendCommands.GROUP_DECIDES);
    }

    /** What counts against the bound of bytes under way. */
    int bytes() {
        return body.length + properties.length();
    }

    Frame frameFor(SendConfig config, MessageQueue queue, int freshQueues) {
        return ClusterLink.request(
                isBatch ? RequestCode.SEND_BATCH_MESSAGE : RequestCode.SEND_MESSAGE_V2,
                new SendMessage(
                        config.group().value(),
                        topic.value(),
                        RouteCache.TEMPLATE.value(),
                        freshQueues,
                        queue.queueId(),
                        sysFlag,
                        bornAtMs,
                        flag,
                        properties,
                        redelivery.reconsumeTimes(),
                        false,
                        redelivery.maxTimes(),
                        isBatch,
                        queue.brokerName()),
                FrameBody.of(body));
    }

    /** One message, with these properties instead of its own. */
    static Outbound of(Message message, byte[] body, MessageProperties properties, int sysFlag, Redelivery redelivery) {
        return new Outbound(
                message.topic(),
                body,
                text(properties),
                sysFlag,
                message.flag(),
                message.bornAtMs(),
                List.of(properties.uniqueKey().orElse("")),
                false,
                redelivery);
    }

    static String text(MessageProperties properties) {
        return PropertiesCodec.text(properties);
    }
}

package io.sluice.client.consume;

import io.sluice.model.GroupName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the application's listener and makes a verdict of whatever comes of it. */
final class ListenerCall {
    private static final Logger log = LoggerFactory.getLogger(ListenerCall.class);

    private final GroupName group;
    private final MessageListener listener;

    ListenerCall(GroupName group, MessageListener listener) {
        this.group = group;
        this.listener = listener;
    }

    Verdict of(ReceivedMessage message) {
        try {
            Verdict verdict = listener.onMessage(message);
            if (verdict != null) {
                return verdict;
            }
            log.warn(
                    "listener of group {} gave no verdict on message {}, which is retried", group, message.messageId());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            log.info(
                    "listener of group {} was interrupted with message {}, which is retried",
                    group,
                    message.messageId());
        } catch (Exception failed) {
            log.warn("listener of group {} failed on message {}, which is retried", group, message.messageId(), failed);
        }
        return Verdict.RETRY;
    }
}

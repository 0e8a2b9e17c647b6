package io.sluice.client.consume;

import io.sluice.model.GroupName;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the application's listener and makes a verdict of whatever comes of it. */
final class ListenerCall {
    private static final Logger log = LoggerFactory.getLogger(ListenerCall.class);

    private final GroupName group;
    private final BatchListener listener;
    private final int messagesMax;

    /** @param messagesMax of one call */
    ListenerCall(GroupName group, BatchListener listener, int messagesMax) {
        this.group = group;
        this.listener = listener;
        this.messagesMax = messagesMax;
    }

    int messagesMax() {
        return messagesMax;
    }

    /** @param messages at least one */
    Verdict of(List<ReceivedMessage> messages) {
        try {
            Verdict verdict = listener.onMessages(messages);
            if (verdict != null) {
                return verdict;
            }
            log.warn(
                    "listener of group {} gave no verdict on {} messages from {} on, which are retried",
                    group,
                    messages.size(),
                    messages.get(0).messageId());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            log.info(
                    "listener of group {} was interrupted with {} messages from {} on, which are retried",
                    group,
                    messages.size(),
                    messages.get(0).messageId());
        } catch (Exception failed) {
            log.warn(
                    "listener of group {} failed on {} messages from {} on, which are retried",
                    group,
                    messages.size(),
                    messages.get(0).messageId(),
                    failed);
        }
        return Verdict.RETRY;
    }
}

package io.sluice.client.intercept;

import io.sluice.client.send.Sent;
import io.sluice.model.Message;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The rest of the way of a message: further interceptors, and then the send itself. */
@FunctionalInterface
public interface SendStep {

    CompletionStage<Sent> send(Message message);

    /** These interceptors around this step, the first one outermost. */
    static SendStep through(List<SendInterceptor> interceptors, SendStep last) {
        SendStep step = last;
        for (int i = interceptors.size() - 1; i >= 0; i--) {
            SendInterceptor around = interceptors.get(i);
            SendStep next = step;
            step = message -> around.around(message, next);
        }
        return step;
    }
}

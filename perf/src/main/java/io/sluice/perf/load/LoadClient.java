package io.sluice.perf.load;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** One client library under load. {@link #send} is called by all load threads at once. */
public interface LoadClient extends AutoCloseable {

    /**
     * Sends in the style of the settings; a synchronous style returns a completed stage.
     *
     * @return completes with the number of messages that were acknowledged
     */
    CompletionStage<Integer> send(byte[] body) throws Exception;

    /**
     * Begins to receive the topic as this group, from its first message.
     *
     * @param received called with each body, by any number of threads
     */
    void receive(String group, Consumer<byte[]> received) throws Exception;

    @Override
    void close();
}

package io.sluice.perf.load;

import io.sluice.perf.measure.Completion;
import java.util.function.Consumer;

/** One instance of a client library under load. {@link #send} is called by any number of load threads at once. */
public interface LoadClient extends AutoCloseable {

    /**
     * Sends in the style of the settings. The completion is told how many messages were acknowledged: before this returns
     * in a synchronous style, at any time and on any thread in others. A send that throws has failed.
     *
     * @param topic number of the topic, from 0
     */
    void send(int topic, byte[] body, Completion completion) throws Exception;

    /**
     * Makes the group known to a broker that would let it begin at the end; called before a backlog is sent.
     *
     * @return whether the group begins here: what was sent before does not come
     */
    default boolean prepare(String group) throws Exception {
        return false;
    }

    /**
     * Begins to receive all topics as a member of a group, from their first messages, until the result is closed.
     *
     * @param received called with each body, by any number of threads
     */
    AutoCloseable receive(Member member, Consumer<byte[]> received) throws Exception;

    @Override
    void close();
}

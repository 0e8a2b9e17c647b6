package io.sluice.wire.message;

import io.sluice.wire.json.JsonBytes;

/** What a client says of a message beside its body, however it was written. Valid until the next one is read; one thread. */
public interface SendHeader {
    String topic();

    /** Negative: any. */
    int queueId();

    int sysFlag();

    /** Epoch milliseconds. */
    long bornTimestamp();

    int flag();

    int reconsumeTimes();

    /** Whether the body is a batch. */
    boolean batch();

    /** In their stored form, UTF-8. */
    JsonBytes properties();
}

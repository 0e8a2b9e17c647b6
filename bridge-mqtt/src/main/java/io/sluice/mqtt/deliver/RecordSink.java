package io.sluice.mqtt.deliver;

import io.sluice.model.MessageQueue;
import io.sluice.port.Records;
import java.util.concurrent.CompletionStage;

/** Takes records of followed topics to the subscriptions they are meant for. */
@FunctionalInterface
interface RecordSink {

    /**
     * @param reachFrom  first queue offset that is meant for all subscriptions; what lies below is meant for {@code below}
     * @return completes when all records have been handed over; the records are closed by then
     */
    CompletionStage<Void> deliver(MessageQueue queue, Records records, long reachFrom, Reach below);
}

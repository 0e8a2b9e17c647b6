package io.sluice.mqtt.deliver;

import java.util.concurrent.atomic.LongAdder;

/** What the MQTT door has counted since it was opened. Safe for many threads. */
public final class Traffic {
    /** Sessions that were opened. */
    public final LongAdder sessionsOpened = new LongAdder();
    /** Sessions that ended, in whatever way. */
    public final LongAdder sessionsClosed = new LongAdder();
    /** CONNECT packets that were refused, and connections that ended before one came. */
    public final LongAdder connectsRefused = new LongAdder();
    /** Messages of publishers, wills included, that are in the log. */
    public final LongAdder published = new LongAdder();
    /** Messages of publishers, wills included, that the broker did not take or could not confirm. */
    public final LongAdder publishesRefused = new LongAdder();
    /** PUBLISH packets written to subscribers. */
    public final LongAdder delivered = new LongAdder();
    /** QoS 0 messages not delivered because the inbox of the subscriber was full. */
    public final LongAdder droppedFull = new LongAdder();
    /** Messages not delivered because their time was over. */
    public final LongAdder droppedExpired = new LongAdder();
    /** Messages not delivered because the subscriber takes no packets of that size. */
    public final LongAdder droppedTooLarge = new LongAdder();
    /** Messages not delivered because their stored body does not inflate. */
    public final LongAdder droppedUnreadable = new LongAdder();
    /** Sessions that were ended because they did not take their messages in time. */
    public final LongAdder slowConsumers = new LongAdder();
}

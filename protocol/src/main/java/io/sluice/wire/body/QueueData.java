package io.sluice.wire.body;

/** Queues of one topic on one broker name. */
public record QueueData(String brokerName, int readQueueNums, int writeQueueNums, int perm, int topicSysFlag) {

    public QueueData withPerm(int other) {
        return new QueueData(brokerName, readQueueNums, writeQueueNums, other, topicSysFlag);
    }
}

package io.sluice.peers.spring;

import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Fails at the first delivery of each message. */
@Component
@RocketMQMessageListener(topic = "SpringRetry", consumerGroup = "spring-retry")
class FailingListener implements RocketMQListener<MessageExt> {
    @Override
    public void onMessage(MessageExt message) {
        Told.line("GOT retry " + message.getReconsumeTimes() + " " + new String(message.getBody()));
        if (message.getReconsumeTimes() == 0) {
            throw new IllegalStateException("fails once");
        }
    }
}

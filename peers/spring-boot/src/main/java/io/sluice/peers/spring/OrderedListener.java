package io.sluice.peers.spring;

import org.apache.rocketmq.spring.annotation.ConsumeMode;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Takes each queue in order. */
@Component
@RocketMQMessageListener(topic = "SpringOrdered", consumerGroup = "spring-ordered", consumeMode = ConsumeMode.ORDERLY)
class OrderedListener implements RocketMQListener<String> {
    @Override
    public void onMessage(String body) {
        Told.line("GOT ordered " + body);
    }
}

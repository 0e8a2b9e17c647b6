package io.sluice.peers.spring;

import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Wants one tag of the topic. */
@Component
@RocketMQMessageListener(topic = "SpringPlain", consumerGroup = "spring-plain", selectorExpression = "wanted")
class PlainListener implements RocketMQListener<String> {
    @Override
    public void onMessage(String body) {
        Told.line("GOT plain " + body);
    }
}

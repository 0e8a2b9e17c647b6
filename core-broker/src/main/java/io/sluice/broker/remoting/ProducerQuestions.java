package io.sluice.broker.remoting;

import io.sluice.broker.group.GroupRegistry;
import io.sluice.broker.group.Member;
import io.sluice.broker.topic.SystemTopics;
import io.sluice.broker.transaction.HalfQuestion;
import io.sluice.broker.transaction.Producers;
import io.sluice.model.GroupName;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.TransactionCommands.CheckTransaction;
import io.sluice.wire.frame.FrameBody;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Questions about half messages, over the connections of producers in turn. */
public final class ProducerQuestions implements Producers {
    private final GroupRegistry registry;
    private final AtomicInteger turn = new AtomicInteger();

    public ProducerQuestions(GroupRegistry registry) {
        this.registry = registry;
    }

    @Override
    public boolean ask(GroupName group, HalfQuestion question) {
        List<Member> members = registry.producers(group);
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(Math.floorMod(turn.getAndIncrement(), members.size()));
            if (member.link() instanceof PeerLink link) {
                byte[] record = new byte[question.record().remaining()];
                question.record().duplicate().get(record);
                link.peer()
                        .oneWay(Replies.COMMANDS.request(
                                RequestCode.CHECK_TRANSACTION_STATE,
                                new CheckTransaction(
                                        SystemTopics.HALF,
                                        question.halfOffset(),
                                        question.logOffset(),
                                        question.uniqueKey(),
                                        question.uniqueKey(),
                                        question.messageId()),
                                FrameBody.of(record)));
                return true;
            }
        }
        return false;
    }
}

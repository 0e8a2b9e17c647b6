package io.sluice.mqtt.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.mqtt.deliver.Inbox.Offer;
import io.sluice.mqtt.message.Delivery;
import io.sluice.mqtt.message.Publication;
import io.sluice.mqtt.topic.MqttTopic;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class InboxTest {
    private final Traffic traffic = new Traffic();
    private final CountingOwner owner = new CountingOwner();
    private final Inbox inbox = new Inbox(owner, new DeliveryLimits(4, 1 << 20, 1, 1000, 128), traffic);

    private static final class CountingOwner implements Inbox.Owner {
        private int works;
        private int standstills;

        @Override
        public String clientId() {
            return "me";
        }

        @Override
        public void hasWork() {
            works++;
        }

        @Override
        public void holdsUpTail() {
            standstills++;
        }
    }

    private static Inbox.Item item(int qos, int bytes) {
        Publication publication = Publication.plain(new MqttTopic("t"), new byte[bytes], qos);
        return new Inbox.Item(
                new Delivery(publication, "id", OptionalLong.empty(), Optional.empty()), qos, List.of(), Loan.NONE);
    }

    private void fill() {
        for (int i = 0; i < 4; i++) {
            assertThat(inbox.offer(item(1, 1))).isEqualTo(Offer.TAKEN);
        }
    }

    @Test
    void theOwnerIsToldOnlyWhenTheInboxWasEmpty() {
        inbox.offer(item(1, 1));
        inbox.offer(item(1, 1));
        assertThat(owner.works).isEqualTo(1);
        inbox.poll();
        inbox.poll();
        inbox.offer(item(1, 1));
        assertThat(owner.works).isEqualTo(2);
    }

    @Test
    void whenFullQos0IsDroppedAndCountedAndTheRestHasToWait() {
        fill();
        assertThat(inbox.offer(item(0, 1))).isEqualTo(Offer.DROPPED);
        assertThat(traffic.droppedFull.sum()).isEqualTo(1);
        assertThat(inbox.offer(item(1, 1))).isEqualTo(Offer.FULL);
        assertThat(inbox.standstill()).isZero();
    }

    @Test
    void bytesFillAnInboxToo() {
        assertThat(inbox.offer(item(1, 2 << 20))).isEqualTo(Offer.TAKEN);
        assertThat(inbox.offer(item(1, 1))).isEqualTo(Offer.FULL);
        inbox.poll();
        assertThat(inbox.offer(item(1, 1))).isEqualTo(Offer.TAKEN);
    }

    @Test
    void aTailGoesOnWhenTheInboxIsHalfEmpty() {
        fill();
        CompletableFuture<Void> room = inbox.room();
        assertThat(inbox.room()).isSameAs(room);
        assertThat(owner.standstills).isEqualTo(1);
        assertThat(inbox.standstill()).isEqualTo(1);
        inbox.poll();
        assertThat(room).isNotDone();
        inbox.poll();
        assertThat(room).isCompleted();
        assertThat(inbox.standstill()).isZero();
        assertThat(inbox.offer(item(1, 1))).isEqualTo(Offer.TAKEN);
    }

    @Test
    void everyStandstillHasANumberOfItsOwn() {
        fill();
        inbox.room();
        inbox.poll();
        inbox.poll();
        inbox.offer(item(1, 1));
        inbox.offer(item(1, 1));
        inbox.room();
        assertThat(inbox.standstill()).isEqualTo(2);
    }

    @Test
    void thereIsRoomAtOnceWhenTheInboxIsNotFull() {
        assertThat(inbox.room()).isCompleted();
        assertThat(owner.standstills).isZero();
    }

    @Test
    void aClosedInboxLetsTheTailGoOnAndTakesNothing() {
        fill();
        CompletableFuture<Void> room = inbox.room();
        inbox.close();
        assertThat(room).isCompleted();
        assertThat(inbox.offer(item(1, 1))).isEqualTo(Offer.GONE);
        assertThat(inbox.poll()).isNull();
    }
}

package io.sluice.jms.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.jms.call.BrokerCalls;
import io.sluice.jms.destination.Address;
import io.sluice.jms.select.Selector;
import io.sluice.model.Message;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the broker's answers to a settlement mean for the application. */
class LedgerTest {
    private final ScriptedLeases broker = new ScriptedLeases();
    private final LeaseBook book = new LeaseBook(broker, Duration.ofSeconds(30), () -> 0);
    private final LeaseFeed feed = new LeaseFeed(
            broker,
            book,
            Address.queue("orders"),
            Selector.ALL,
            DeliveryLimits.DEFAULT,
            () -> 0,
            () -> {},
            failure -> {});

    private Ledger ledger(AcknowledgeMode mode) {
        return new Ledger(mode, book, new BrokerCalls(Duration.ofSeconds(10)), 100);
    }

    private Delivery delivery(String receipt) {
        HeldLease lease = book.hold(ScriptedLeases.lease(receipt, "x"), "id-" + receipt);
        return new Delivery(feed, Message.of("orders", "x"), "id-" + receipt, 1, Optional.of(lease));
    }

    /** Answers the settlement to come. */
    private void nextAnswer(Result result) {
        broker.nextResult = result;
    }

    private void nextFailure() {
        broker.nextFailure = new RefusedException(Refusal.UNAVAILABLE, "gone");
    }

    @Test
    void aMessageWhoseLeaseHadEndedIsNotReturned() {
        nextAnswer(Result.LEASE_OVER);
        assertThat(ledger(AcknowledgeMode.AUTO).receives(delivery("a"))).isFalse();
        assertThat(book.size()).isZero();
    }

    @Test
    void inDoubtAMessageIsReturnedAndItsLeaseRunsOut() {
        nextFailure();
        assertThat(ledger(AcknowledgeMode.AUTO).receives(delivery("a"))).isTrue();
        assertThat(book.size()).as("not extended any more").isZero();
    }

    @Test
    void acknowledgeSaysHowManyLeasesHadEnded() {
        Ledger ledger = ledger(AcknowledgeMode.CLIENT);
        ledger.receives(delivery("a"));
        ledger.receives(delivery("b"));
        nextAnswer(Result.LEASE_OVER);

        assertThatThrownBy(ledger::acknowledge)
                .isInstanceOf(JMSException.class)
                .hasMessageContaining("2 of 2 messages")
                .hasMessageContaining("ID:id-a");
    }

    @Test
    void acknowledgeWithoutAnAnswerCanBeRepeated() throws Exception {
        Ledger ledger = ledger(AcknowledgeMode.CLIENT);
        ledger.receives(delivery("a"));
        nextFailure();
        assertThatThrownBy(ledger::acknowledge).isInstanceOf(JMSException.class);

        ledger.acknowledge();

        assertThat(broker.handlesOf(Settlement.Ack.class)).containsExactly("a", "a");
        assertThat(book.size()).isZero();
    }

    @Test
    void lazyAcknowledgementsAreCollected() {
        Ledger ledger = ledger(AcknowledgeMode.DUPS_OK);
        for (int i = 0; i < 15; i++) {
            ledger.receives(delivery("r" + i));
        }
        assertThat(broker.settlements).isEmpty();

        ledger.receives(delivery("last"));

        assertThat(broker.settlements).hasSize(1);
        assertThat(broker.settlements.get(0)).hasSize(16);
    }

    @Test
    void closingGivesBackWhatIsUnacknowledgedAndSettlesWhatIsDone() {
        Ledger client = ledger(AcknowledgeMode.CLIENT);
        client.receives(delivery("undone"));
        Ledger lazy = ledger(AcknowledgeMode.DUPS_OK);
        lazy.receives(delivery("done"));

        assertThat(CompletableFuture.allOf(
                        client.close().toCompletableFuture(), lazy.close().toCompletableFuture()))
                .isCompleted();

        assertThat(broker.handlesOf(Settlement.Release.class)).containsExactly("undone");
        assertThat(broker.handlesOf(Settlement.Ack.class)).containsExactly("done");
    }
}

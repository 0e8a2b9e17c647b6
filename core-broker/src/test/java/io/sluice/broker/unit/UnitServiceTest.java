package io.sluice.broker.unit;

import static io.sluice.broker.unit.UnitGround.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.Message;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.store.log.FlushMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UnitServiceTest {
    private UnitGround ground = new UnitGround(1, FlushMode.ASYNC_FLUSH, UnitRules.DEFAULT);

    @AfterEach
    void close() {
        ground.close();
    }

    private void with(UnitRules rules) {
        ground.close();
        ground = new UnitGround(1, FlushMode.ASYNC_FLUSH, rules);
    }

    private SendOutcome once(String key, String text) {
        return ground.send(Message.of("Once", text).withIdempotencyKey(key), 0);
    }

    private static UnitOfWork.Send send(String topic, String text) {
        return new UnitOfWork.Send(Message.of(topic, text), Placement.ANY);
    }

    @Test
    void aRepeatAfterAKillIsAnsweredWithTheFirstResult() {
        SendOutcome first = once("k1", "a");
        UnitOfWork unit = new UnitOfWork("u1", List.of(send("Out", "b"), send("Log", "c")), List.of());
        UnitOutcome.Committed committed = (UnitOutcome.Committed) result(ground.commit(unit));
        ground.crash(false);
        assertThat(once("k1", "a")).isEqualTo(first);
        assertThat(result(ground.commit(unit))).isEqualTo(new UnitOutcome.Committed(committed.sent(), true));
        assertThat(ground.texts("Once")).containsExactly("a");
        assertThat(ground.texts("Out")).containsExactly("b");
    }

    @Test
    void aKeyIsForgottenWithTimeAlsoOverARestart() {
        with(UnitRules.of(100, Duration.ofMinutes(10)));
        once("k1", "a");
        ground.pass(Duration.ofMinutes(6));
        once("k2", "a");
        ground.pass(Duration.ofMinutes(5));
        ground.closeAndReopen();
        assertThat(ground.units().remembered()).isEqualTo(1);
        once("k1", "a");
        once("k2", "a");
        assertThat(ground.texts("Once")).hasSize(3);
    }

    @Test
    void theOldestKeysAreForgottenWhenThereAreTooMany() {
        with(UnitRules.of(3, Duration.ofHours(1)));
        IntStream.range(0, 5).forEach(i -> once("k" + i, "m" + i));
        assertThat(ground.units().remembered()).isEqualTo(3);
        ground.closeAndReopen();
        assertThat(ground.units().remembered()).isEqualTo(3);
        once("k4", "m4");
        once("k0", "m0");
        assertThat(ground.texts("Once")).containsExactly("m0", "m1", "m2", "m3", "m4", "m0");
    }

    @Test
    void manySendersOfOneKeyStoreOneMessage() {
        List<Thread> senders = IntStream.range(0, 4)
                .mapToObj(i -> new Thread(() -> IntStream.range(0, 200).forEach(n -> once("k" + n, "m" + n))))
                .toList();
        senders.forEach(Thread::start);
        senders.forEach(UnitServiceTest::join);
        assertThat(ground.texts("Once")).hasSize(200).doesNotHaveDuplicates();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aRepeatOfWhatCannotBeReadAnyMoreIsRefusedForGoodAndNotStoredAgain() {
        long committedAt = ground.store().logRange().max();
        once("k1", "a message that is damaged");
        ground.damage(committedAt);
        SendOutcome outcome = once("k1", "a message that is damaged");
        assertThat(outcome).isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Refusal.ILLEGAL_ARGUMENT);
            assertThat(refused.remedy()).contains("log offset " + committedAt, "choose another id");
        });
        assertThat(ground.texts("Once")).hasSize(1);
    }

    @Test
    void settledEntriesStaySettledAfterAKillAndReceiptsMaySettleAfterOne() {
        IntStream.range(0, 4).forEach(i -> ground.send(Message.of(UnitGround.IN, "in" + i), 0));
        List<Receipt> receipts =
                ground.lease(4).stream().map(lease -> lease.receipt()).toList();
        result(ground.commit(
                new UnitOfWork("u1", List.of(send("Out", "a")), List.of(new Settlement.Ack(receipts.get(0))))));
        ground.crash(false);
        UnitOutcome after = result(ground.commit(
                new UnitOfWork("u2", List.of(send("Out", "b")), List.of(new Settlement.Ack(receipts.get(1))))));
        assertThat(after).isInstanceOf(UnitOutcome.Committed.class);
        ground.crash(false);
        assertThat(ground.lease(10).stream().map(UnitGround::text)).containsExactly("in2", "in3");
        assertThat(ground.texts("Out")).containsExactly("a", "b");
    }

    @Test
    void aUnitThatSaysTwoThingsOfOneLeaseIsRefused() {
        ground.send(Message.of(UnitGround.IN, "in"), 0);
        Receipt receipt = ground.lease(1).get(0).receipt();
        UnitOutcome outcome = result(ground.commit(new UnitOfWork(
                "u1",
                List.of(send("Out", "a")),
                List.of(new Settlement.Release(receipt, Duration.ZERO), new Settlement.Ack(receipt)))));
        assertThat(outcome).isInstanceOfSatisfying(UnitOutcome.Refused.class, refused -> assertThat(refused.reason())
                .isEqualTo(Refusal.ILLEGAL_ARGUMENT));
        assertThat(ground.texts("Out")).isEmpty();
        UnitOutcome twice = result(ground.commit(
                new UnitOfWork("u2", List.of(), List.of(new Settlement.Ack(receipt), new Settlement.Ack(receipt)))));
        assertThat(twice).isInstanceOf(UnitOutcome.Committed.class);
    }

    @Test
    void aUnitThatIsTooLargeIsRefused() {
        List<UnitOfWork.Send> many = IntStream.rangeClosed(0, UnitOfWork.SENDS_MAX)
                .mapToObj(i -> send("Out", "x"))
                .toList();
        UnitOutcome outcome = result(ground.commit(new UnitOfWork("u1", many, List.of())));
        assertThat(outcome).isInstanceOfSatisfying(UnitOutcome.Refused.class, refused -> assertThat(refused.reason())
                .isEqualTo(Refusal.TOO_LARGE));
        assertThat(ground.texts("Out")).isEmpty();
    }

    @Test
    void aUnitThatRejectsMoreThanFitsIsRefusedAndSettlesNothing() {
        int bodyBytes = 30_000;
        int count = UnitOfWork.BYTES_MAX / bodyBytes + 2;
        List<Receipt> receipts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ground.send(Message.of(UnitGround.IN, "x".repeat(bodyBytes)), 0);
        }
        while (receipts.size() < count) {
            ground.lease(32).forEach(lease -> receipts.add(lease.receipt()));
        }
        UnitOutcome outcome = result(ground.commit(new UnitOfWork("u1", List.of(), rejections(receipts))));
        assertThat(outcome).isInstanceOfSatisfying(UnitOutcome.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Refusal.TOO_LARGE);
            assertThat(refused.remedy()).contains("rejects", "reject fewer");
        });
        assertThat(result(ground.commit(new UnitOfWork("u2", List.of(), rejections(receipts.subList(0, 1))))))
                .isInstanceOf(UnitOutcome.Committed.class);
    }

    private static List<Settlement> rejections(List<Receipt> receipts) {
        return receipts.stream()
                .<Settlement>map(receipt -> new Settlement.Reject(receipt, "no use"))
                .toList();
    }

    @Test
    void afterAPowerCutAUnitThatWasNotOnTheDiskIsGoneAsAWhole() {
        for (int round = 0; round < 10; round++) {
            int size = round + 2;
            String name = "u" + round;
            List<UnitOfWork.Send> sends = IntStream.range(0, size)
                    .mapToObj(i -> send("Out", name + "-" + i + "-" + "x".repeat(900)))
                    .toList();
            result(ground.commit(new UnitOfWork(name, sends, List.of())));
            ground.crash(true);
            assertThat(ground.texts("Out").stream().filter(text -> text.startsWith(name + "-")))
                    .satisfiesAnyOf(found -> assertThat(found).isEmpty(), found -> assertThat(found)
                            .hasSize(size));
        }
    }
}

package io.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settled;
import io.sluice.port.LeaseReader.Settlement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which acknowledgements share a request; the broker answers when the test says so. */
class AcknowledgementsTest {
    private final Broker broker = new Broker();
    private final Acknowledgements acknowledgements = new Acknowledgements(broker);

    private static final class Broker implements LeaseReader {
        private final List<List<Settlement>> asked = new ArrayList<>();
        private final List<CompletableFuture<List<Settled>>> answers = new ArrayList<>();

        @Override
        public CompletionStage<Leased> lease(LeaseRequest request) {
            throw new UnsupportedOperationException("nothing is leased here");
        }

        @Override
        public CompletionStage<List<Settled>> settle(List<Settlement> settlements) {
            asked.add(settlements);
            answers.add(new CompletableFuture<>());
            return answers.get(answers.size() - 1);
        }

        void answer(int request) {
            answers.get(request)
                    .complete(asked.get(request).stream()
                            .map(settlement -> new Settled(settlement.receipt(), Result.DONE, 0))
                            .toList());
        }

        List<String> handles(int request) {
            return asked.get(request).stream()
                    .map(settlement -> settlement.receipt().handle())
                    .toList();
        }
    }

    private List<CompletableFuture<Settled>> add(int... places) {
        return IntStream.of(places)
                .mapToObj(
                        place -> acknowledgements.add(new Receipt("run", place)).toCompletableFuture())
                .toList();
    }

    @Test
    void whatComesWhileTwoAreUnderWayGoesTogetherInTheOrderInWhichItWasLent() {
        List<CompletableFuture<Settled>> settled = add(7, 3, 5, 4, 6);
        assertThat(broker.asked).hasSize(2);
        broker.answer(1);
        assertThat(broker.asked).hasSize(3);
        assertThat(broker.handles(2)).containsExactly("run~4", "run~5", "run~6");
        assertThat(settled.get(1)).isCompleted();
        assertThat(settled.get(0)).isNotDone();
        broker.answer(2);
        broker.answer(0);
        assertThat(settled).allSatisfy(one -> assertThat(one).isCompleted());
        assertThat(settled.get(2).join().receipt().place()).isEqualTo(5);
    }

    @Test
    void aBrokerThatDoesNotAnswerDoesNotDelayOthers() {
        String silent = "run." + Base64.getUrlEncoder().withoutPadding().encodeToString("broker-a".getBytes(UTF_8));
        for (int i = 0; i < 4; i++) {
            acknowledgements.add(new Receipt(silent, i));
        }
        assertThat(broker.asked).hasSize(2);
        List<CompletableFuture<Settled>> others = add(1, 2, 3);
        assertThat(broker.asked).hasSize(4);
        broker.answer(2);
        assertThat(broker.handles(4)).containsExactly("run~3");
        broker.answer(3);
        broker.answer(4);
        assertThat(others).allSatisfy(one -> assertThat(one).isCompleted());
        broker.answer(0);
        assertThat(broker.handles(5)).containsExactly(silent + "~2", silent + "~3");
    }

    @Test
    void aRequestThatFailsFailsThoseThatWentWithItAndTheNextGoOn() {
        List<CompletableFuture<Settled>> first = add(1, 2, 3, 4);
        broker.answers.get(0).completeExceptionally(new IllegalStateException("told to fail"));
        List<CompletableFuture<Settled>> later = add(5);
        assertThat(first.get(0)).isCompletedExceptionally();
        broker.answers.get(2).completeExceptionally(new IllegalStateException("told to fail"));
        assertThat(first.get(2)).isCompletedExceptionally();
        assertThat(first.get(3)).isCompletedExceptionally();
        broker.answer(3);
        assertThat(later.get(0)).isCompleted();
        assertThat(first.get(1)).isNotDone();
    }
}

package io.sluice.http.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
    private static final List<String> KNOWN = List.of("lease", "wait", "max", "tag");

    @Test
    void aMistypedNameIsNearestToTheOneMeant() {
        assertThat(Nearest.to("lese", KNOWN)).contains("lease");
        assertThat(Nearest.to("WAIT", KNOWN)).contains("wait");
        assertThat(Nearest.to("maxx", KNOWN)).contains("max");
        assertThat(Nearest.to("atg", KNOWN)).contains("tag");
    }

    @Test
    void nothingIsNearWhenNothingIsKnownOrTheNameIsNoName() {
        assertThat(Nearest.to("tag", List.of())).isEmpty();
        assertThat(Nearest.to("x".repeat(1000), KNOWN)).isEmpty();
    }
}

package io.sluice.http.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.channel.PathTable.Match;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PathTableTest {
    private static final Endpoint NOBODY = call -> {
        throw new AssertionError("not called");
    };
    private static final Route LIST = Route.of("GET", "/v1/topics", Lane.REQUEST, NOBODY);
    private static final Route PUT = Route.of("PUT", "/v1/topics/{topic}", Lane.REQUEST, NOBODY);
    private static final Route PULL = Route.of("POST", "/v1/topics/{topic}/groups/{group}/pull", Lane.POLL, NOBODY);
    private static final Route STREAM = Route.of("GET", "/v1/topics/{topic}/stream", Lane.STREAM, NOBODY);
    private static final PathTable TABLE = new PathTable(List.of(LIST, PUT, PULL, STREAM));

    @Test
    void segmentsThatVaryAreDecodedAndGivenByName() {
        assertThat(TABLE.find("POST", "/v1/topics/%25RETRY%25g/groups/b%7C1/pull"))
                .isEqualTo(new Match.Found(PULL, Map.of("topic", "%RETRY%g", "group", "b|1")));
    }

    @Test
    void anEscapedSlashDoesNotDivideSegments() {
        assertThat(TABLE.find("PUT", "/v1/topics/a%2Fb")).isEqualTo(new Match.Found(PUT, Map.of("topic", "a/b")));
    }

    @Test
    void aHeadIsAnsweredWhereAGetIsExceptOnStreams() {
        assertThat(TABLE.find("HEAD", "/v1/topics")).isEqualTo(new Match.Found(LIST, Map.of()));
        assertThat(TABLE.find("HEAD", "/v1/topics/a/stream")).isEqualTo(new Match.OtherMethods(Set.of("GET")));
    }

    @Property(tries = 200)
    void noPathMakesTheTableFail(@ForAll String path) {
        assertThat(TABLE.find("GET", path)).isNotNull();
        assertThat(TABLE.find("PUT", "/v1/topics/" + path)).isNotNull();
    }
}

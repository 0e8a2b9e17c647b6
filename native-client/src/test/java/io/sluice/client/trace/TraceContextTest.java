package io.sluice.client.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** W3C Trace Context, section 3.2. */
class TraceContextTest {
    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Test
    void aParentComesBackAsItWas() {
        TraceContext context = TraceContext.parse(PARENT, "vendor=1").orElseThrow();

        assertThat(context.traceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(context.spanId()).isEqualTo("b7ad6b7169203331");
        assertThat(context.flags()).isEqualTo(1);
        assertThat(context.state()).isEqualTo("vendor=1");
        assertThat(context.parent()).isEqualTo(PARENT);
    }

    @Test
    void aChildIsAnotherStepOfTheSameTrace() {
        TraceContext parent = TraceContext.fresh();
        TraceContext child = parent.child();

        assertThat(child.traceId()).isEqualTo(parent.traceId());
        assertThat(child.spanId()).isNotEqualTo(parent.spanId());
        assertThat(TraceContext.parse(child.parent(), "")).contains(child);
    }

    @Test
    void laterVersionsMayBeLonger() {
        assertThat(TraceContext.parse("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", null))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"
            })
    void whatIsNoParentIsNone(String text) {
        assertThat(TraceContext.parse(text, "")).isEmpty();
        assertThat(TraceContext.parse(null, "")).isEmpty();
    }

    @Test
    void idsThatAreNoneCannotBeBuilt() {
        assertThatThrownBy(() -> new TraceContext("1", "2", 0, "")).isInstanceOf(IllegalArgumentException.class);
    }
}

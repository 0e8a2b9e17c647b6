package io.sluice.wire.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.wire.message.BodyCodec.CompressionException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;

class BodyCodecTest {
    private static final byte[] CHUNK = new byte[1 << 20];

    /** So many zeros, deflated. */
    private static ByteBuffer zeros(int count) {
        ByteArrayOutputStream deflated = new ByteArrayOutputStream();
        try (DeflaterOutputStream zlib = new DeflaterOutputStream(deflated)) {
            for (int left = count; left > 0; left -= CHUNK.length) {
                zlib.write(CHUNK, 0, Math.min(left, CHUNK.length));
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return ByteBuffer.wrap(deflated.toByteArray());
    }

    @Test
    void aBodyInflatesToWhatItsSenderGaveAndTheStoredBytesStayWhereTheyAre() {
        ByteBuffer stored = zeros(100_000);
        assertThat(BodyCodec.inflate(stored, SysFlag.COMPRESSED)).isEqualTo(new byte[100_000]);
        assertThat(BodyCodec.inflate(stored, SysFlag.COMPRESSED | SysFlag.COMPRESSION_ZLIB))
                .hasSize(100_000);
        assertThat(stored.position()).isZero();
    }

    @Test
    void aSmallBodyThatInflatesWithoutEndIsRefusedAtTheLimit() {
        ByteBuffer bomb = zeros(BodyCodec.INFLATED_MAX_BYTES + 1);
        assertThat(bomb.remaining()).isLessThan(100_000);
        assertThatThrownBy(() -> BodyCodec.inflate(bomb, SysFlag.COMPRESSED))
                .isInstanceOf(CompressionException.class)
                .hasMessageContaining("inflates to more than %d bytes".formatted(BodyCodec.INFLATED_MAX_BYTES));
    }

    @Test
    void bytesThatAreDamagedAndKindsThatAreNotKnownAreRefusedWithASentence() {
        byte[] torn = new byte[10];
        zeros(100_000).get(torn);
        assertThatThrownBy(() -> BodyCodec.inflate(ByteBuffer.wrap(torn), SysFlag.COMPRESSED))
                .isInstanceOf(CompressionException.class)
                .hasMessageContaining("body of 10 bytes does not inflate");
        assertThatThrownBy(() -> BodyCodec.inflate(ByteBuffer.allocate(3), SysFlag.COMPRESSION_MASK))
                .isInstanceOf(CompressionException.class);
    }
}

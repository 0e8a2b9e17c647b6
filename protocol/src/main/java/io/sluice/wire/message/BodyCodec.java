package io.sluice.wire.message;

import io.sluice.model.SluiceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.InflaterInputStream;

/**
 * Compressed bodies: zlib stream, LZ4 frame or Zstandard frame, told by bits 8..10 of the sysFlag (0 means zlib).
 *
 * <p>The broker stores bodies as they come; only readers that need the plain bytes inflate. LZ4 and Zstandard need their
 * libraries on the class path ({@code at.yawk.lz4:lz4-java}, {@code com.github.luben:zstd-jni}).
 */
public final class BodyCodec {
    /** What an inflated body may be at most: protects the reader against a small body that inflates without end. */
    public static final int INFLATED_MAX_BYTES = 64 * 1024 * 1024;

    private static final int CHUNK_BYTES = 8192;

    private BodyCodec() {}

    /** The body cannot be turned into plain bytes. */
    public static final class CompressionException extends SluiceException {
        private static final long serialVersionUID = 1L;

        CompressionException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** @throws CompressionException when the bytes are damaged, too large, or their library is missing */
    public static byte[] inflate(ByteBuffer stored, int sysFlag) {
        byte[] compressed = new byte[stored.remaining()];
        stored.duplicate().get(compressed);
        String algorithm = algorithmOf(sysFlag);
        try (InputStream plain = open(new java.io.ByteArrayInputStream(compressed), sysFlag)) {
            ByteArrayOutputStream inflated = new ByteArrayOutputStream(compressed.length * 4);
            byte[] chunk = new byte[CHUNK_BYTES];
            for (int read = plain.read(chunk); read >= 0; read = plain.read(chunk)) {
                if (inflated.size() + read > INFLATED_MAX_BYTES) {
                    throw new CompressionException(
                            "%s body of %d bytes inflates to more than %d bytes"
                                    .formatted(algorithm, compressed.length, INFLATED_MAX_BYTES),
                            null);
                }
                inflated.write(chunk, 0, read);
            }
            return inflated.toByteArray();
        } catch (IOException | RuntimeException damaged) {
            if (damaged instanceof CompressionException known) {
                throw known;
            }
            throw new CompressionException(
                    "%s body of %d bytes does not inflate: %s"
                            .formatted(algorithm, compressed.length, damaged.getMessage()),
                    damaged);
        } catch (NoClassDefFoundError missing) {
            throw new CompressionException(
                    "body is compressed with %s, whose library is not on the class path".formatted(algorithm), missing);
        }
    }

    private static InputStream open(InputStream compressed, int sysFlag) throws IOException {
        return switch (sysFlag & SysFlag.COMPRESSION_MASK) {
            case SysFlag.COMPRESSION_LZ4 -> Lz4.open(compressed);
            case SysFlag.COMPRESSION_ZSTD -> Zstd.open(compressed);
            case 0, SysFlag.COMPRESSION_ZLIB -> new InflaterInputStream(compressed);
            default -> throw new IOException("unknown compression type 0x%x".formatted(sysFlag));
        };
    }

    private static String algorithmOf(int sysFlag) {
        return switch (sysFlag & SysFlag.COMPRESSION_MASK) {
            case SysFlag.COMPRESSION_LZ4 -> "LZ4";
            case SysFlag.COMPRESSION_ZSTD -> "Zstandard";
            default -> "zlib";
        };
    }

    /** Loaded only when an LZ4 body is met, so that the library may be absent. */
    private static final class Lz4 {
        static InputStream open(InputStream compressed) throws IOException {
            return new net.jpountz.lz4.LZ4FrameInputStream(compressed);
        }
    }

    /** Loaded only when a Zstandard body is met, so that the library may be absent. */
    private static final class Zstd {
        static InputStream open(InputStream compressed) throws IOException {
            return new com.github.luben.zstd.ZstdInputStream(compressed);
        }
    }
}

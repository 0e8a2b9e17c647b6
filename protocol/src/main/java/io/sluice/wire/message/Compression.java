package io.sluice.wire.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** How bodies are made small, as the sysFlag of a message tells; {@link BodyCodec} makes them large again. */
public enum Compression {
    /** Always there. */
    ZLIB(SysFlag.COMPRESSION_ZLIB),
    /** Needs {@code at.yawk.lz4:lz4-java} on the class path, here and at the consumers; has no levels. */
    LZ4(SysFlag.COMPRESSION_LZ4),
    /** Needs {@code com.github.luben:zstd-jni} on the class path, here and at the consumers. */
    ZSTD(SysFlag.COMPRESSION_ZSTD);

    private static final byte[] SAMPLE = new byte[64];

    private final int typeBits;

    Compression(int typeBits) {
        this.typeBits = typeBits;
    }

    /** What the sysFlag of a message says whose body is compressed like this. */
    public int sysFlag() {
        return SysFlag.COMPRESSED | typeBits;
    }

    /** @throws IllegalArgumentException when the library is missing */
    public void requireLibrary() {
        try {
            compress(SAMPLE, 1);
        } catch (NoClassDefFoundError missing) {
            throw new IllegalArgumentException(
                    "compression with %s needs a library that is not on the class path (%s); add it, or use ZLIB"
                            .formatted(this, missing.getMessage()),
                    missing);
        }
    }

    /** @param level 1 (fast) to 9 (small) */
    public byte[] compress(byte[] body, int level) {
        return switch (this) {
            case ZLIB -> zlib(body, level);
            case LZ4 -> Lz4.compress(body);
            case ZSTD -> Zstd.compress(body, level);
        };
    }

    private static byte[] zlib(byte[] body, int level) {
        Deflater deflater = new Deflater(level);
        try {
            return through(body, out -> new DeflaterOutputStream(out, deflater));
        } finally {
            deflater.end();
        }
    }

    @FunctionalInterface
    private interface Wrapping {
        OutputStream around(OutputStream out) throws IOException;
    }

    private static byte[] through(byte[] body, Wrapping wrapping) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(body.length / 2 + 64);
        try (OutputStream out = wrapping.around(compressed)) {
            out.write(body);
        } catch (IOException impossible) {
            throw new IllegalStateException("writing to memory failed", impossible);
        }
        return compressed.toByteArray();
    }

    /** Loaded only when it is used, so that the library may be absent. */
    private static final class Lz4 {
        static byte[] compress(byte[] body) {
            return through(body, net.jpountz.lz4.LZ4FrameOutputStream::new);
        }
    }

    /** Loaded only when it is used, so that the library may be absent. */
    private static final class Zstd {
        static byte[] compress(byte[] body, int level) {
            return com.github.luben.zstd.Zstd.compress(body, level);
        }
    }
}

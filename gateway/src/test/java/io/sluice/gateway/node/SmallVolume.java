package io.sluice.gateway.node;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A file system of its own that is small enough to be filled: ext4 in a file, or memory where that is not possible. */
public final class SmallVolume implements AutoCloseable {
    private static final int BALLAST_CHUNK_BYTES = 1 << 20;

    private final Path root;

    private SmallVolume(Path root) {
        this.root = root;
    }

    /** This machine, or who runs the test, does not allow it. */
    public static final class NotPossible extends Exception {
        private static final long serialVersionUID = 1L;

        NotPossible(String why) {
            super(why);
        }
    }

    /**
     * @param directory an empty one; the volume is mounted below it
     * @throws NotPossible with what the commands said; mounting needs root
     */
    public static SmallVolume mount(Path directory, int megabytes) throws NotPossible {
        try {
            Path root = Files.createDirectory(directory.resolve("volume"));
            Path image = directory.resolve("volume.img");
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength((long) megabytes << 20);
            }
            String said = run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
            if (said.isEmpty()) {
                said = run("mount", "-o", "loop", image.toString(), root.toString());
            }
            if (!said.isEmpty()) {
                String inMemory =
                        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", root.toString());
                if (!inMemory.isEmpty()) {
                    throw new NotPossible("no small volume can be mounted here: " + said + "; " + inMemory);
                }
            }
            return new SmallVolume(root);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Runs a command; empty when it went well, else what it said. */
    private static String run(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return command[0] + " did not end";
            }
            return process.exitValue() == 0 ? "" : "%s: %s".formatted(command[0], said.trim());
        } catch (IOException missing) {
            return missing.getMessage();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    public Path root() {
        return root;
    }

    public long usableBytes() {
        return root.toFile().getUsableSpace();
    }

    /** Puts a file there that leaves about so much; deleting it makes the room again. */
    public Path ballast(String name, long leaveBytes) {
        Path file = root.resolve(name);
        byte[] chunk = new byte[BALLAST_CHUNK_BYTES];
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            while (usableBytes() > leaveBytes + BALLAST_CHUNK_BYTES) {
                out.write(chunk);
                out.getFD().sync();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return file;
    }

    @Override
    public void close() {
        String said = run("umount", root.toString());
        if (!said.isEmpty()) {
            throw new AssertionError(said);
        }
    }
}

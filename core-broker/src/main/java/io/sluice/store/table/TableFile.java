package io.sluice.store.table;

import io.sluice.store.file.Disk;
import io.sluice.store.file.StoreIoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One table: a text file and its last generation, {@code NAME.bak}.
 *
 * <p>A save writes {@code NAME.tmp}, forces it, keeps the present content as {@code NAME.bak}, then renames: a crash at any
 * moment leaves a whole old or a whole new text. A load takes the file, or with a warning the backup when the file is
 * missing, empty or does not pass the caller's check; a damaged file never replaces a good backup. When both are damaged
 * the load refuses, because an empty table would forget topics and progress.
 *
 * <p>One object per file; its methods exclude each other.
 */
public final class TableFile {
    /** Largest table that is read, bytes. */
    public static final int MAX_BYTES = 256 * 1024 * 1024;

    private static final Logger log = LoggerFactory.getLogger(TableFile.class);

    private final Disk disk;
    private final Path file;
    private final Path backup;
    private final Path draft;
    /** What the file holds, when that is known to be good; only a good content becomes the backup. */
    private byte[] present;

    public TableFile(Disk disk, Path file) {
        this.disk = disk;
        this.file = file;
        this.backup = file.resolveSibling(file.getFileName() + ".bak");
        this.draft = file.resolveSibling(file.getFileName() + ".tmp");
    }

    /**
     * Reads the table.
     *
     * @param parse turns the text into the caller's table, or throws any {@link RuntimeException} whose message says where
     *     the text is damaged
     * @return none when neither the file nor a backup exists
     * @throws DamagedTableException when there is a file but neither it nor the backup passes
     * @throws StoreIoException when the file system fails
     */
    public synchronized <T> Optional<T> load(Function<String, T> parse) {
        Attempt<T> main = attempt(file, parse);
        if (main.value != null) {
            present = main.bytes;
            return Optional.of(main.value);
        }
        Attempt<T> old = attempt(backup, parse);
        if (main.absent && old.absent) {
            return Optional.empty();
        }
        if (old.value != null) {
            log.warn("{} is {}; the backup {} is used, the newest change may be missing", file, main.fault, backup);
            return Optional.of(old.value);
        }
        throw new DamagedTableException(
                ("%s is %s, and its backup %s is %s; put back a good copy of either, or delete both to begin with an empty"
                                + " table")
                        .formatted(file, main.fault, backup, old.fault),
                main.cause);
    }

    private <T> Attempt<T> attempt(Path source, Function<String, T> parse) {
        byte[] bytes;
        try {
            if (disk.stat(source).isEmpty()) {
                return Attempt.failed(true, "missing", null);
            }
            bytes = disk.read(source, MAX_BYTES);
        } catch (IOException failed) {
            throw new StoreIoException("table %s cannot be read".formatted(source), failed);
        }
        if (bytes.length == 0) {
            return Attempt.failed(false, "empty", null);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return new Attempt<>(parse.apply(text), bytes, false, "", null);
        } catch (CharacterCodingException notText) {
            return Attempt.failed(false, "damaged (not UTF-8 text)", notText);
        } catch (RuntimeException damaged) {
            return Attempt.failed(false, "damaged (%s)".formatted(damaged.getMessage()), damaged);
        }
    }

    /**
     * Replaces the table. On return the new text survives a power cut.
     *
     * @throws StoreIoException when the file system fails; the old text is still there
     */
    public synchronized void save(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Path directory = file.toAbsolutePath().getParent();
        try {
            disk.createDirectories(directory);
            if (present != null) {
                disk.write(draft, present, true);
                disk.rename(draft, backup);
            }
            disk.write(draft, bytes, true);
            disk.rename(draft, file);
            disk.syncDirectory(directory);
        } catch (IOException failed) {
            throw new StoreIoException("table %s cannot be written".formatted(file), failed);
        }
        present = bytes;
    }

    public Path path() {
        return file;
    }

    private record Attempt<T>(T value, byte[] bytes, boolean absent, String fault, RuntimeException cause) {
        static <T> Attempt<T> failed(boolean absent, String fault, Exception cause) {
            return new Attempt<>(
                    null, null, absent, fault, cause == null ? null : new IllegalArgumentException(fault, cause));
        }
    }
}

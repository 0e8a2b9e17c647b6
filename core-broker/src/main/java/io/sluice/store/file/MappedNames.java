package io.sluice.store.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Under which names the system knows the files that this process has mapped. Linux tells, and says so when a name was taken
 * from a file; other systems tell nothing. Costs a look at every mapping of the process, so it is for cases of doubt.
 */
final class MappedNames {
    private static final Path MAPS = Path.of("/proc/self/maps");

    private MappedNames() {}

    /** Whether some mapped file has this name still; {@code false} too where nobody knows. */
    static boolean contains(Path file) {
        // range, rights, offset, device and number come first, without a slash in them
        try (Stream<String> mappings = Files.lines(MAPS, StandardCharsets.ISO_8859_1)) {
            Path name = file.toAbsolutePath().getParent().toRealPath().resolve(file.getFileName());
            String text = new String(name.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            return mappings.anyMatch(line -> {
                int at = line.indexOf('/');
                return at >= 0 && line.substring(at).equals(text);
            });
        } catch (IOException | UncheckedIOException untold) {
            return false;
        }
    }
}

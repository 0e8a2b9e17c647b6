package io.sluice.store.log;

import io.sluice.store.file.ChannelFile;
import io.sluice.store.file.Disk;
import io.sluice.wire.message.MessageLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long the files of a log are: all the same, and what becomes of one that is shorter than it was. */
final class SegmentLengths {
    private static final Logger log = LoggerFactory.getLogger(SegmentLengths.class);

    private SegmentLengths() {}

    /**
     * The file that was written last may have lost its length in a crash, never its place: it gets the length of the others
     * again. Files behind it were made ready and hold nothing. One before it that is too short was cut off by somebody; it is
     * filled up as well when there is no doubt about the length, so that all that is whole can be served.
     */
    static void mend(Disk disk, Path directory, List<Disk.Entry> files, int knownBytes) throws IOException {
        long size = longest(files, knownBytes);
        boolean certain = isCertain(files, size, knownBytes);
        // whether a file with records was met on the way back
        boolean written = false;
        for (int i = files.size() - 1; i >= 0; i--) {
            Disk.Entry file = files.get(i);
            Path path = directory.resolve(file.name());
            if (file.length() < size && (!written || certain)) {
                log.warn(
                        "log file {} has {} of {} bytes; it is filled up with zeros, records in the part that is missing are"
                                + " lost",
                        path,
                        file.length(),
                        size);
                try (ChannelFile channel = disk.open(path, Disk.Access.WRITE)) {
                    channel.clearFrom(file.length(), size);
                    channel.force();
                }
                files.set(i, new Disk.Entry(file.name(), false, size, file.modifiedAtMs()));
            }
            written |= !written && !beginsWithNothing(disk, path);
            if (written && !certain) {
                return;
            }
        }
    }

    /** Whether some files lack bytes, and there is no doubt which length they had. */
    static boolean isCut(List<Disk.Entry> files, int knownBytes) {
        long size = longest(files, knownBytes);
        return size <= Integer.MAX_VALUE
                && isCertain(files, size, knownBytes)
                && files.stream().anyMatch(file -> file.length() < size);
    }

    /** Length of the longest file, or the one that is known if that is more. */
    static long longest(List<Disk.Entry> files, int knownBytes) {
        long longest = files.stream().mapToLong(Disk.Entry::length).max().orElse(0);
        return Math.max(longest, knownBytes);
    }

    private static boolean isCertain(List<Disk.Entry> files, long size, int knownBytes) {
        return size == knownBytes || isStepOfNames(files, size);
    }

    private static boolean isStepOfNames(List<Disk.Entry> files, long size) {
        for (int i = 1; i < files.size(); i++) {
            if (Long.parseLong(files.get(i).name())
                            - Long.parseLong(files.get(i - 1).name())
                    == size) {
                return true;
            }
        }
        return false;
    }

    private static boolean beginsWithNothing(Disk disk, Path path) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(MessageLayout.BLANK_BYTES);
        try (ChannelFile channel = disk.open(path, Disk.Access.READ)) {
            channel.read(head, 0);
        }
        return head.getLong(0) == 0;
    }

    /**
     * The one length that all files have.
     *
     * @param wanted what the configuration says, 0 for nothing
     * @throws LogFormatException when they have several, or another than wanted
     */
    static int find(Path directory, List<Disk.Entry> files, int wanted) {
        if (files.isEmpty()) {
            return wanted == 0 ? CommitLog.SEGMENT_BYTES_DEFAULT : wanted;
        }
        long found = files.get(0).length();
        for (Disk.Entry file : files) {
            if (file.length() != found) {
                throw new LogFormatException(
                        ("%s has %d bytes, %s has %d; all files of a log have one length. Restore the file that is wrong from"
                                        + " a copy; if it is the last one and holds nothing wanted, move it away")
                                .formatted(
                                        directory.resolve(file.name()),
                                        file.length(),
                                        files.get(0).name(),
                                        found));
            }
        }
        if (wanted != 0 && wanted != found) {
            throw new LogFormatException(
                    ("mappedFileSizeCommitLog is %d, but the files in %s have %d bytes; set mappedFileSizeCommitLog=%d or leave"
                                    + " it out")
                            .formatted(wanted, directory, found, found));
        }
        if (found > Integer.MAX_VALUE || found < 2L * MessageLayout.MIN_BYTES) {
            throw new LogFormatException("the files in %s have %d bytes; a log file has %d to %d bytes"
                    .formatted(directory, found, 2 * MessageLayout.MIN_BYTES, Integer.MAX_VALUE));
        }
        return (int) found;
    }
}

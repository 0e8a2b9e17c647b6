package io.sluice.store;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Unpacks the archives of the test resources: files and directories, with GNU long names. */
final class TarGz {
    private static final int BLOCK = 512;

    private TarGz() {}

    static void unpack(String resource, Path into) throws IOException {
        try (InputStream raw = TarGz.class.getResourceAsStream("/fixtures/" + resource);
                InputStream tar = new BufferedInputStream(new GZIPInputStream(raw))) {
            String longName = null;
            for (byte[] header = tar.readNBytes(BLOCK);
                    header.length == BLOCK && header[0] != 0;
                    header = tar.readNBytes(BLOCK)) {
                String name = text(header, 0, 100);
                String prefix = text(header, 345, 155);
                long size = Long.parseLong(text(header, 124, 12).trim(), 8);
                byte[] content = tar.readNBytes((int) size);
                tar.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
                char type = (char) header[156];
                if (type == 'L') {
                    longName = text(content, 0, content.length);
                    continue;
                }
                String full = longName != null ? longName : prefix.isEmpty() ? name : prefix + "/" + name;
                longName = null;
                Path target = into.resolve(full).normalize();
                if (!target.startsWith(into)) {
                    throw new IOException("archive entry " + full + " leads outside");
                }
                if (type == '5') {
                    Files.createDirectories(target);
                } else if (type == '0' || type == 0) {
                    Files.createDirectories(target.getParent());
                    Files.write(target, content);
                }
            }
        }
    }

    private static String text(byte[] bytes, int from, int length) {
        int end = from;
        while (end < from + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }
}

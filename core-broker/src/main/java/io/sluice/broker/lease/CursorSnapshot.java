package io.sluice.broker.lease;

import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The fold of the journal up to a point: where to go on, and what was known of each cursor. As text: a line with the version
 * and the journal's next offset, a line per cursor, and a last line with the number of cursors.
 */
record CursorSnapshot(long journalOffset, Map<CursorKey, List<CursorFact>> cursors) {
    static final CursorSnapshot EMPTY = new CursorSnapshot(0, Map.of());

    private static final String TITLE = "sluice-cursors 1";
    private static final String END = "end";

    String text() {
        StringBuilder text = new StringBuilder(256 + 64 * cursors.size());
        text.append(TITLE).append(' ').append(journalOffset).append('\n');
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        cursors.forEach((key, facts) -> text.append(key.group())
                .append(' ')
                .append(key.topic())
                .append(' ')
                .append(key.queueId())
                .append(' ')
                .append(base64.encodeToString(FactCodec.encode(facts)))
                .append('\n'));
        return text.append(END).append(' ').append(cursors.size()).append('\n').toString();
    }

    /** @throws IllegalArgumentException when the text is no whole snapshot; names the line */
    static CursorSnapshot parse(String text) {
        String[] lines = text.split("\n", -1);
        String[] title = lines[0].split(" ");
        if (title.length != 3 || !lines[0].startsWith(TITLE + " ")) {
            throw wrong(1, "expected '%s' and an offset".formatted(TITLE));
        }
        int last = lines.length - 2;
        if (last < 1 || !lines[last].equals(END + " " + (last - 1)) || !lines[last + 1].isEmpty()) {
            throw wrong(lines.length, "expected the end with the number of cursors");
        }
        Map<CursorKey, List<CursorFact>> cursors = new LinkedHashMap<>();
        for (int i = 1; i < last; i++) {
            String[] fields = lines[i].split(" ", -1);
            if (fields.length != 4) {
                throw wrong(i + 1, "expected group, topic, queue and facts");
            }
            try {
                CursorKey key =
                        new CursorKey(new GroupName(fields[0]), new TopicName(fields[1]), Integer.parseInt(fields[2]));
                cursors.put(key, FactCodec.decode(Base64.getDecoder().decode(fields[3])));
            } catch (RuntimeException damaged) {
                throw wrong(i + 1, damaged.getMessage());
            }
        }
        return new CursorSnapshot(Long.parseLong(title[2]), cursors);
    }

    private static IllegalArgumentException wrong(int line, String what) {
        return new IllegalArgumentException("line %d: %s".formatted(line, what));
    }
}

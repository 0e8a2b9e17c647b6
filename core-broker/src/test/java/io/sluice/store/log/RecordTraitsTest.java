package io.sluice.store.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What queues and index need of properties is found in any bytes, wherever they lie. */
class RecordTraitsTest {
    private static final String[] NAMES = {"TAGS", "KEYS", "UNIQ_KEY", "DELAY", "TAG", "KEYSS", "x", ""};
    private static final String[] LETTERS = {"a", "Z", "0", " ", "\u0000", "\u0001", "\u0003", "\u00e9", "\u4e2d"};

    private final RecordTraits traits = new RecordTraits();

    private static String properties(Random random) {
        StringBuilder text = new StringBuilder();
        for (int pairs = random.nextInt(8); pairs > 0; pairs--) {
            text.append(NAMES[random.nextInt(NAMES.length)]);
            text.append(random.nextInt(12) == 0 ? "" : "\u0001");
            for (int letters = random.nextInt(40); letters > 0; letters--) {
                text.append(random.nextInt(4) == 0 ? LETTERS[random.nextInt(LETTERS.length)] : "q");
            }
            text.append(pairs == 1 && random.nextBoolean() ? "" : "\u0002");
        }
        return text.toString();
    }

    /** The value of the last pair of this name, by the definition of the encoding. */
    private static String value(String properties, String name) {
        String found = "";
        for (String pair : properties.split("\u0002")) {
            int end = pair.indexOf('\u0001');
            if (end >= 0 && pair.substring(0, end).equals(name) && end + 1 < pair.length()) {
                found = pair.substring(end + 1);
            }
        }
        return found;
    }

    private static ByteBuffer placed(byte[] bytes, boolean direct, int shift) {
        ByteBuffer buffer = direct
                ? ByteBuffer.allocateDirect(bytes.length + shift + 3)
                : ByteBuffer.allocate(bytes.length + shift + 3);
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put(i, (byte) (1 + i % 2));
        }
        return buffer.position(shift).put(bytes).position(shift).limit(shift + bytes.length);
    }

    @Property(tries = 500)
    void tagAndKeysAreFoundInAnyProperties(@ForAll long seed, @ForAll boolean direct) {
        Random random = new Random(seed);
        String text = properties(random);
        ByteBuffer encoded = placed(text.getBytes(StandardCharsets.UTF_8), direct, random.nextInt(9));
        traits.scan(encoded, "Topic#".hashCode());
        assertThat(traits.tagHash()).isEqualTo(value(text, "TAGS").hashCode());
        List<Integer> keys = new ArrayList<>();
        String unique = value(text, "UNIQ_KEY");
        if (!unique.isEmpty()) {
            keys.add(("Topic#" + unique).hashCode());
        }
        for (String key : value(text, "KEYS").split(" ")) {
            if (!key.isEmpty()) {
                keys.add(("Topic#" + key).hashCode());
            }
        }
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < traits.keyCount(); i++) {
            found.add(traits.keyHash(i));
        }
        assertThat(found).isEqualTo(keys);
        if (!keys.isEmpty()) {
            ByteBuffer topic = placed("Topic".getBytes(StandardCharsets.UTF_8), direct, 2);
            assertThat(traits.scan(encoded, topic).keyHash(0)).isEqualTo(keys.get(0));
            ByteBuffer foreign = placed("Th\u00e9me".getBytes(StandardCharsets.UTF_8), direct, 2);
            assertThat(traits.scan(encoded, foreign).keyHash(0))
                    .isEqualTo(("Th\u00e9me#"
                                    + (unique.isEmpty()
                                            ? value(text, "KEYS").strip().split(" ")[0]
                                            : unique))
                            .hashCode());
        }
    }
}

package io.sluice.wire.json;

/**
 * What a reader accepts before it gives up; protects memory and stack against hostile input.
 *
 * @param maxBytes  length of the text, bytes
 * @param maxDepth  objects and arrays inside each other
 * @param maxValues objects, arrays, texts, numbers and literals in all; small texts can make many objects
 */
public record JsonLimits(int maxBytes, int maxDepth, int maxValues) {
    /** Fits every body that a frame can carry. */
    public static final JsonLimits DEFAULT = new JsonLimits(16 * 1024 * 1024, 64, 1_000_000);

    /** For table files, which may be larger than a frame. */
    public static final JsonLimits FILE = new JsonLimits(256 * 1024 * 1024, 64, 20_000_000);

    public JsonLimits {
        if (maxBytes < 1 || maxDepth < 1 || maxValues < 1) {
            throw new IllegalArgumentException("limits %d bytes, %d deep, %d values must all be positive"
                    .formatted(maxBytes, maxDepth, maxValues));
        }
    }
}

package io.sluice.wire.body;

import java.util.Map;

/**
 * Of the offsets of all groups what every release tells: {@link ConsumerOffsetTable} without its version, which brokers of 4.x do
 * not send.
 *
 * @param offsetTable by {@code topic@group}, then by queue id
 */
public record StoredOffsets(Map<String, Map<Integer, Long>> offsetTable) implements Body {}

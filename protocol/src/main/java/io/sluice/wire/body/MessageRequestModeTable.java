package io.sluice.wire.body;

import java.util.Map;

/** Modes by topic and group. */
public record MessageRequestModeTable(Map<String, Map<String, MessageRequestMode>> messageRequestModeMap)
        implements Body {}

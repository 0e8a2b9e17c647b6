package io.sluice.wire.body;

import java.util.Map;

/** Texts by key. */
public record KvTable(Map<String, String> table) implements Body {}

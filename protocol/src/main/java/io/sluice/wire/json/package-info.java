/**
 * JSON as the native protocol and its files write it: strict JSON, and the older dialect with bare keys.
 *
 * <p>In: bytes of a body, a header or a table file, or records. Out: a tree of values, records, or bytes.
 * <br>Read: strict JSON, plus what older writers produce: bare numbers, names or whole objects as member names, single
 * quotes. Written: strict JSON, or on request the bare names ({@link io.sluice.wire.json.KeyStyle}).
 * <br>Bounds: nesting, bytes and number of values, see {@link io.sluice.wire.json.JsonLimits}. An absent text is the
 * empty text. Never here: files, sockets, the meaning of a member.
 */
package io.sluice.wire.json;

/**
 * JSON bodies that travel beside headers, as records.
 *
 * <p>In: bytes of a body, or a record. Out: a record, or bytes. Members are called as the protocol calls them; what may be
 * missing says {@link io.sluice.wire.json.JsonForm}. Bodies whose maps have keys other than texts are written as their
 * readers expect them, see {@link io.sluice.wire.body.Body#keyStyle}.
 * <br>Never here: headers, codes, what a broker does with a body.
 */
package io.sluice.wire.body;

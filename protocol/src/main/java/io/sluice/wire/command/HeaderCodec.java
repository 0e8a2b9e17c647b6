package io.sluice.wire.command;

import io.sluice.wire.frame.FieldException;
import io.sluice.wire.frame.Fields;
import java.util.List;

/**
 * Between one record and extension fields. Any thread.
 *
 * @param <T> the record
 */
interface HeaderCodec<T extends Record> {

    Class<T> type();

    /** Names on the wire, in the order of the components. */
    List<String> fieldNames();

    /** Names on the wire of what must be present. */
    List<String> requiredFields();

    /** @throws FieldException naming {@code what} and the field that is missing or not of its type */
    T decode(String what, Fields fields);

    Fields encode(T header);
}

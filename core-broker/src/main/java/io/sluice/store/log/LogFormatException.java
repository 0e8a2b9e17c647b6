package io.sluice.store.log;

import io.sluice.model.SluiceException;

/** The files of the log are not what they must be; names the file, what was expected, and the remedy. */
public final class LogFormatException extends SluiceException {
    private static final long serialVersionUID = 1L;

    LogFormatException(String message) {
        super(message);
    }
}

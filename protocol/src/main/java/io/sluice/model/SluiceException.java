package io.sluice.model;

/** Root of every exception thrown on purpose; the message says what, where, what was expected, and the remedy. */
public class SluiceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SluiceException(String message) {
        super(message);
    }

    public SluiceException(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.sluice.model;

/** A topic or group name that breaks the rules of {@link TopicName} or {@link GroupName}. */
public final class IllegalNameException extends SluiceException {
    private static final long serialVersionUID = 1L;

    public IllegalNameException(String message) {
        super(message);
    }
}

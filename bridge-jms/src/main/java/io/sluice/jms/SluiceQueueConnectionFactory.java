package io.sluice.jms;

/** The factory under the name that programs of the queue style look for; it opens every style of connection. */
public final class SluiceQueueConnectionFactory extends SluiceConnectionFactory {
    private static final long serialVersionUID = 1L;

    /** @throws IllegalArgumentException when it is no URL, or has an option that is unknown or out of range */
    public SluiceQueueConnectionFactory(String url) {
        super(url);
    }

    @Override
    protected Object readResolve() {
        return new SluiceQueueConnectionFactory(getUrl());
    }
}

package io.sluice.jms;

/** The factory under the name that programs of the topic style look for; it opens every style of connection. */
public final class SluiceTopicConnectionFactory extends SluiceConnectionFactory {
    private static final long serialVersionUID = 1L;

    /** @throws IllegalArgumentException when it is no URL, or has an option that is unknown or out of range */
    public SluiceTopicConnectionFactory(String url) {
        super(url);
    }

    @Override
    protected Object readResolve() {
        return new SluiceTopicConnectionFactory(getUrl());
    }
}

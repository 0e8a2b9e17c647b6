package io.sluice.jms.message;

import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;

/** A text, or null. Stored in UTF-8, or in the character set that its content type names. */
public final class SluiceTextMessage extends SluiceMessage implements TextMessage {
    private String text;

    public SluiceTextMessage() {}

    public SluiceTextMessage(String text) {
        this.text = text;
    }

    @Override
    public void setText(String changed) throws JMSException {
        requireWritableBody();
        text = changed;
    }

    @Override
    public String getText() {
        return text;
    }

    @Override
    public void clearBody() throws JMSException {
        super.clearBody();
        text = null;
    }

    @Override
    Object bodyValue() {
        return text;
    }
}

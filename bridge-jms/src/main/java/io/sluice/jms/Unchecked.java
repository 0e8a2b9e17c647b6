package io.sluice.jms;

import jakarta.jms.IllegalStateException;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidClientIDRuntimeException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.InvalidDestinationRuntimeException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.InvalidSelectorRuntimeException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.JMSSecurityRuntimeException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageFormatRuntimeException;
import jakarta.jms.MessageNotWriteableException;
import jakarta.jms.MessageNotWriteableRuntimeException;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.ResourceAllocationRuntimeException;

/** The classic API's exceptions as the simplified API throws them (Jakarta Messaging 3.1 §10.2). */
final class Unchecked {

    /** A call of the classic API. */
    @FunctionalInterface
    interface Call<T> {
        T result() throws JMSException;
    }

    /** A call of the classic API without a result. */
    @FunctionalInterface
    interface Action {
        void run() throws JMSException;
    }

    private Unchecked() {}

    static <T> T get(Call<T> call) {
        try {
            return call.result();
        } catch (JMSException checked) {
            throw of(checked);
        }
    }

    static void run(Action action) {
        try {
            action.run();
        } catch (JMSException checked) {
            throw of(checked);
        }
    }

    static JMSRuntimeException of(JMSException checked) {
        String text = checked.getMessage();
        String code = checked.getErrorCode();
        if (checked instanceof IllegalStateException) {
            return new IllegalStateRuntimeException(text, code, checked);
        } else if (checked instanceof InvalidClientIDException) {
            return new InvalidClientIDRuntimeException(text, code, checked);
        } else if (checked instanceof InvalidDestinationException) {
            return new InvalidDestinationRuntimeException(text, code, checked);
        } else if (checked instanceof InvalidSelectorException) {
            return new InvalidSelectorRuntimeException(text, code, checked);
        } else if (checked instanceof JMSSecurityException) {
            return new JMSSecurityRuntimeException(text, code, checked);
        } else if (checked instanceof MessageFormatException) {
            return new MessageFormatRuntimeException(text, code, checked);
        } else if (checked instanceof MessageNotWriteableException) {
            return new MessageNotWriteableRuntimeException(text, code, checked);
        } else if (checked instanceof ResourceAllocationException) {
            return new ResourceAllocationRuntimeException(text, code, checked);
        }
        return new JMSRuntimeException(text, code, checked);
    }
}

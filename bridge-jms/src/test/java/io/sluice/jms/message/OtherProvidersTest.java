package io.sluice.jms.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.BytesMessage;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

/** Messages whose classes are another provider's, Jakarta Messaging 3.1 §3.12. */
class OtherProvidersTest {

    /** The same behaviour behind a class that this provider does not know. */
    private static <T extends Message> T disguised(Class<T> type, Message behind) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return method.invoke(behind, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                }));
    }

    @Test
    void bodyPropertiesAndHeadersAreTakenOver() throws Exception {
        SluiceTextMessage text = new SluiceTextMessage("t");
        text.setIntProperty("n", 5);
        text.setJMSCorrelationID("c");
        text.setJMSType("y");
        SluiceBytesMessage bytes = new SluiceBytesMessage();
        bytes.writeInt(7);
        SluiceMapMessage map = new SluiceMapMessage();
        map.setLong("l", 8);
        SluiceStreamMessage stream = new SluiceStreamMessage();
        stream.writeChar('z');

        SluiceMessage ofText = OtherProviders.taken(disguised(TextMessage.class, text));
        assertThat(((TextMessage) ofText).getText()).isEqualTo("t");
        assertThat(ofText.getObjectProperty("n")).isEqualTo(5);
        assertThat(ofText.getJMSCorrelationID()).isEqualTo("c");
        assertThat(ofText.getJMSType()).isEqualTo("y");
        assertThat(OtherProviders.taken(disguised(BytesMessage.class, bytes)).getBody(byte[].class))
                .containsExactly(0, 0, 0, 7);
        assertThat(((MapMessage) OtherProviders.taken(disguised(MapMessage.class, map))).getLong("l"))
                .isEqualTo(8);
        StreamMessage ofStream = (StreamMessage) OtherProviders.taken(disguised(StreamMessage.class, stream));
        ofStream.reset();
        assertThat(ofStream.readChar()).isEqualTo('z');
    }

    @Test
    void aSerialisedObjectIsRefused() {
        assertThatThrownBy(() -> OtherProviders.taken(disguised(ObjectMessage.class, new SluiceMessage())))
                .isInstanceOf(MessageFormatException.class);
    }
}

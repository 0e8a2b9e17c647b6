package io.sluice.jms.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.IllegalNameException;
import io.sluice.model.TopicName;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class AddressTest {

    @Test
    void aLegalNameIsTheNativeTopic() {
        assertThat(Address.queue("orders").topic()).isEqualTo(new TopicName("orders"));
        assertThat(Address.queue("%DLQ%group").topic()).isEqualTo(new TopicName("%DLQ%group"));
    }

    @Test
    void theGroupOfAQueueIsNamedAfterIt() {
        assertThat(Address.queue("orders").group().value()).isEqualTo("jms-queue-orders");
        assertThat(Address.queue("orders/eu/paid").group().value()).isEqualTo("jms-queue-orders%2Feu%2Fpaid");
        assertThat(Address.queue("a.b").group().value()).isEqualTo("jms-queue-%MQTT%a%2Eb");
    }

    @Test
    void theNativeNameOfAnEscapedNameIsTheSameAddress() {
        assertThat(Address.queue("%MQTT%a%2Eb")).isEqualTo(Address.queue("a.b"));
        assertThat(Address.topic("a.b/c").nativeText()).isEqualTo("%MQTT%a%2Eb/c");
    }

    /** What is stored as a reply address is read as the same address. */
    @Property(tries = 300)
    void everyNameThatIsAllowedComesBackFromItsNativeForm(
            @ForAll @StringLength(min = 1, max = 30) @CharRange(from = ' ', to = '\u017f') String name) {
        Address address;
        try {
            address = Address.queue(name);
        } catch (IllegalNameException refused) {
            return;
        }
        assertThat(Address.queue(address.nativeText())).isEqualTo(address);
        assertThat(Address.queue(address.name())).isEqualTo(address);
    }

    /** Different names never share a native topic. */
    @Property(tries = 300)
    void differentNamesAreDifferentTopics(
            @ForAll @StringLength(min = 1, max = 5) @CharRange(from = '!', to = '.') String one,
            @ForAll @StringLength(min = 1, max = 5) @CharRange(from = '!', to = '.') String other) {
        Address first = Address.queue(one);
        Address second = Address.queue(other);
        assertThat(first.equals(second)).isEqualTo(first.topic().equals(second.topic()));
        assertThat(first.equals(second)).isEqualTo(one.equals(other));
    }

    @Test
    void illegalNamesAreRefusedWithTheReason() {
        assertThatThrownBy(() -> Address.queue("")).isInstanceOf(IllegalNameException.class);
        assertThatThrownBy(() -> Address.queue("a/")).hasMessageContaining("illegal tag");
        assertThatThrownBy(() -> Address.queue("a/b||c")).hasMessageContaining("illegal tag");
        assertThatThrownBy(() -> Address.queue("a".repeat(128))).isInstanceOf(IllegalNameException.class);
        assertThatThrownBy(() -> Address.queue("é".repeat(40))).isInstanceOf(IllegalNameException.class);
    }
}

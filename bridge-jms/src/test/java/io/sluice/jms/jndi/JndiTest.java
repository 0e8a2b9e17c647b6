package io.sluice.jms.jndi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.jms.SluiceConnectionFactory;
import io.sluice.jms.SluiceQueue;
import io.sluice.jms.SluiceTopic;
import io.sluice.jms.SluiceXAConnectionFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NameClassPair;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.OperationNotSupportedException;
import javax.naming.Referenceable;
import org.junit.jupiter.api.Test;

/** Administered objects by JNDI, Jakarta Messaging 3.1 §2.3 and §5.1. */
class JndiTest {

    private static Context context(Map<String, String> entries) throws NamingException {
        Hashtable<String, String> environment = new Hashtable<>(entries);
        environment.put(Context.INITIAL_CONTEXT_FACTORY, SluiceInitialContextFactory.class.getName());
        return new InitialContext(environment);
    }

    @Test
    void objectsOfTheEnvironmentAreFoundByTheirNames() throws Exception {
        Context context = context(Map.of(
                "java.naming.provider.url", "sluice://here:9876",
                "connectionFactory.far", "sluice://there:9876?jms.prefetch=1",
                "connectionFactory.near", "",
                "xaConnectionFactory.both", "sluice://there:9876",
                "queue.incoming", "orders",
                "topic.feeds/sport", "news/sport"));

        assertThat(((SluiceConnectionFactory) context.lookup("ConnectionFactory")).getUrl())
                .isEqualTo("sluice://here:9876");
        assertThat(((SluiceConnectionFactory) context.lookup("near")).getUrl()).isEqualTo("sluice://here:9876");
        assertThat(((SluiceConnectionFactory) context.lookup("far")).getUrl())
                .isEqualTo("sluice://there:9876?jms.prefetch=1");
        assertThat(((SluiceXAConnectionFactory) context.lookup("XAConnectionFactory")).getUrl())
                .isEqualTo("sluice://here:9876");
        assertThat(((SluiceXAConnectionFactory) context.lookup("both")).getUrl())
                .isEqualTo("sluice://there:9876");
        assertThat(context.lookup("incoming")).isEqualTo(new SluiceQueue("orders"));
        assertThat(context.lookup("feeds/sport")).isEqualTo(new SluiceTopic("news/sport"));
    }

    @Test
    void destinationsCanBeNamedWithoutAnEntry() throws Exception {
        Context context = context(Map.of());
        assertThat(context.lookup("dynamicQueues/orders")).isEqualTo(new SluiceQueue("orders"));
        assertThat(context.lookup("dynamicTopics/news/sport")).isEqualTo(new SluiceTopic("news/sport"));
    }

    @Test
    void aNameThatIsNotBoundSaysWhatIs() throws Exception {
        Context context = context(Map.of("queue.incoming", "orders"));
        assertThatThrownBy(() -> context.lookup("incomming"))
                .isInstanceOf(NameNotFoundException.class)
                .hasMessageContaining("[incoming]")
                .hasMessageContaining("dynamicQueues/NAME");
        assertThatThrownBy(() -> context.lookup("ConnectionFactory")).isInstanceOf(NameNotFoundException.class);
    }

    @Test
    void anEntryThatMakesNoObjectIsNamed() {
        assertThatThrownBy(() -> context(Map.of("queue.bad", "a/")).lookup("bad"))
                .isInstanceOf(NamingException.class)
                .hasMessageContaining("queue.bad");
        assertThatThrownBy(() -> context(Map.of("connectionFactory.bad", "x://y?jms.nothing=1"))
                        .lookup("bad"))
                .isInstanceOf(NamingException.class)
                .hasMessageContaining("jms.nothing");
    }

    @Test
    void theContextListsWhatIsBoundAndIsReadOnly() throws Exception {
        Context context = context(Map.of("queue.b", "orders", "topic.a", "news"));

        assertThat(Collections.list(context.list("")))
                .extracting(NameClassPair::getName)
                .containsExactly("a", "b");
        assertThat(context.listBindings("").next().getObject()).isEqualTo(new SluiceTopic("news"));
        assertThatThrownBy(() -> context.bind("c", new SluiceQueue("c")))
                .isInstanceOf(OperationNotSupportedException.class);
    }

    /** §2.3: administered objects can be bound in any directory, by reference or serialised. */
    @Test
    void administeredObjectsComeBackFromAReferenceAndFromTheirSerialForm() throws Exception {
        for (Referenceable object : List.of(
                new SluiceQueue("orders/paid"),
                new SluiceTopic("news"),
                new SluiceXAConnectionFactory("sluice://here:9876"),
                new SluiceConnectionFactory("sluice://here:9876"))) {
            Object fromReference =
                    new SluiceObjectFactory().getObjectInstance(object.getReference(), null, null, new Hashtable<>());
            assertSame(fromReference, object);

            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            new ObjectOutputStream(bytes).writeObject(object);
            Object fromSerialForm = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
            assertSame(fromSerialForm, object);
        }
        assertThat(new SluiceObjectFactory().getObjectInstance("something else", null, null, null))
                .isNull();
    }

    private static void assertSame(Object made, Object original) {
        if (original instanceof SluiceConnectionFactory factory) {
            assertThat(((SluiceConnectionFactory) made).getUrl()).isEqualTo(factory.getUrl());
            assertThat(made).hasSameClassAs(original);
        } else {
            assertThat(made).isEqualTo(original).hasSameClassAs(original);
        }
    }
}

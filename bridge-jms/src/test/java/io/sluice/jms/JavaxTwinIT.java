package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.jms.jndi.SluiceInitialContextFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.jar.JarFile;
import javax.jms.ConnectionFactory;
import javax.jms.JMSConsumer;
import javax.jms.JMSContext;
import javax.jms.Message;
import javax.jms.Queue;
import javax.jms.XAConnectionFactory;
import javax.naming.Context;
import javax.naming.InitialContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The jar with classifier {@code javax}: the same provider for programs on the {@code javax.jms} 2.0 API. */
class JavaxTwinIT {
    private static final Path JAR = Path.of(System.getProperty("sluice.javax.jar"));

    /** Takes the provider's classes from the twin jar alone, everything else from the tests' class path. */
    private static final class TwinLoader extends URLClassLoader {
        TwinLoader() throws IOException {
            super(new URL[] {JAR.toUri().toURL()}, JavaxTwinIT.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            boolean fromTwin = name.startsWith("io.sluice.jms.") && !name.equals(MemoryBrokers.class.getName());
            if (!fromTwin) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }

    private String url;
    private TwinLoader twin;

    @BeforeEach
    void open() throws IOException {
        url = MemoryBrokers.start();
        twin = new TwinLoader();
    }

    @AfterEach
    void close() throws IOException {
        twin.close();
        MemoryBrokers.stop(url);
    }

    @Test
    void aProgramOnJavaxJmsSendsAndReceives() throws Exception {
        ConnectionFactory factory = (ConnectionFactory) twin.loadClass(SluiceConnectionFactory.class.getName())
                .getConstructor(String.class)
                .newInstance(url);

        try (JMSContext context = factory.createContext(JMSContext.CLIENT_ACKNOWLEDGE)) {
            Queue queue = context.createQueue("orders");
            context.createProducer().setProperty("n", 5).setPriority(7).send(queue, "hello");
            JMSConsumer consumer = context.createConsumer(queue, "n = 5 AND JMSPriority > 4");
            Message message = consumer.receive(AgainstMemoryBroker.SOON_MS);

            assertThat(message.getBody(String.class)).isEqualTo("hello");
            assertThat(message.getObjectProperty("n")).isEqualTo(5);
            assertThat(message.getJMSDestination()).isEqualTo(queue);
            message.acknowledge();
            assertThat(context.getMetaData().getJMSVersion()).isEqualTo("2.0");
        }
        assertThat(MemoryBrokers.at(url).openLeases()).isZero();
    }

    @Test
    void jndiFindsTheTwin() throws Exception {
        Thread current = Thread.currentThread();
        ClassLoader before = current.getContextClassLoader();
        current.setContextClassLoader(twin);
        try {
            Hashtable<String, String> environment = new Hashtable<>();
            environment.put(Context.INITIAL_CONTEXT_FACTORY, SluiceInitialContextFactory.class.getName());
            environment.put(Context.PROVIDER_URL, url);
            InitialContext context = new InitialContext(environment);

            assertThat(context.lookup("ConnectionFactory")).isInstanceOf(ConnectionFactory.class);
            assertThat(context.lookup("XAConnectionFactory")).isInstanceOf(XAConnectionFactory.class);
            assertThat(context.lookup("dynamicQueues/orders")).isInstanceOf(Queue.class);
        } finally {
            current.setContextClassLoader(before);
        }
    }

    /** Nothing of the other API is left, and nothing else is in the jar. */
    @Test
    void theTwinNamesTheOtherApiNowhere() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            List<String> classes = jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.endsWith(".class"))
                    .toList();
            assertThat(classes).hasSizeGreaterThan(50).allMatch(name -> name.startsWith("io/sluice/jms/"));
            for (String name : classes) {
                try (InputStream content = jar.getInputStream(jar.getEntry(name))) {
                    assertThat(new String(content.readAllBytes(), StandardCharsets.ISO_8859_1))
                            .as(name)
                            .doesNotContain("jakarta/jms")
                            .doesNotContain("jakarta.jms");
                }
            }
        }
    }
}

package io.sluice.jms.jndi;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.Queue;
import jakarta.jms.XAConnectionFactory;
import java.util.Hashtable;
import javax.naming.Context;
import javax.naming.Name;
import javax.naming.NamingException;
import javax.naming.RefAddr;
import javax.naming.Reference;
import javax.naming.spi.ObjectFactory;

/** Makes an administered object from the reference that it was bound as in some directory. */
public final class SluiceObjectFactory implements ObjectFactory {
    /** Reference address that holds the URL of a connection factory. */
    public static final String URL = "url";
    /** Reference address that holds the name of a queue or topic. */
    public static final String NAME = "name";

    /** The object, or {@code null} when the reference is not to one of this provider. */
    @Override
    public Object getObjectInstance(Object bound, Name name, Context context, Hashtable<?, ?> environment)
            throws NamingException {
        if (!(bound instanceof Reference reference) || !getClass().getName().equals(reference.getFactoryClassName())) {
            return null;
        }
        AdministeredObjects objects = AdministeredObjects.ofProvider();
        Class<?> kind = kindOf(reference.getClassName());
        if (XAConnectionFactory.class.isAssignableFrom(kind)) {
            return objects.xaConnectionFactory(content(reference, URL));
        }
        if (ConnectionFactory.class.isAssignableFrom(kind)) {
            return objects.connectionFactory(content(reference, URL));
        }
        return Queue.class.isAssignableFrom(kind)
                ? objects.queue(content(reference, NAME))
                : objects.topic(content(reference, NAME));
    }

    private static Class<?> kindOf(String className) throws NamingException {
        try {
            return Class.forName(className, false, SluiceObjectFactory.class.getClassLoader());
        } catch (ClassNotFoundException unknown) {
            throw withCause(
                    new NamingException(
                            "a reference names class '%s', which is not on the class path".formatted(className)),
                    unknown);
        }
    }

    private static String content(Reference reference, String type) throws NamingException {
        RefAddr address = reference.get(type);
        if (address == null || !(address.getContent() instanceof String text)) {
            throw new NamingException("a reference to %s lacks its '%s'".formatted(reference.getClassName(), type));
        }
        return text;
    }

    static NamingException withCause(NamingException failed, Throwable cause) {
        failed.initCause(cause);
        return failed;
    }
}

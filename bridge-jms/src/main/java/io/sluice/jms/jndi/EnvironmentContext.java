package io.sluice.jms.jndi;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import javax.naming.Binding;
import javax.naming.CompositeName;
import javax.naming.Context;
import javax.naming.InvalidNameException;
import javax.naming.Name;
import javax.naming.NameClassPair;
import javax.naming.NameNotFoundException;
import javax.naming.NameParser;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.OperationNotSupportedException;

/**
 * Look-ups among the objects that an environment names: {@code connectionFactory.NAME = URL}, {@code queue.NAME = physical
 * name}, {@code topic.NAME = physical name}, and without any entry {@code dynamicQueues/NAME}, {@code dynamicTopics/NAME}
 * and, at the provider URL, {@code ConnectionFactory} and {@code XAConnectionFactory}; {@code xaConnectionFactory.NAME = URL} for
 * distributed transactions. Immutable: nothing can be bound.
 */
final class EnvironmentContext implements Context {
    private static final String FACTORY_PREFIX = "connectionFactory.";
    private static final String XA_FACTORY_PREFIX = "xaConnectionFactory.";
    private static final String DEFAULT_XA_FACTORY = "XAConnectionFactory";
    private static final String QUEUE_PREFIX = "queue.";
    private static final String TOPIC_PREFIX = "topic.";
    private static final String DYNAMIC_QUEUES = "dynamicQueues/";
    private static final String DYNAMIC_TOPICS = "dynamicTopics/";
    private static final List<String> DEFAULT_FACTORIES =
            List.of("ConnectionFactory", "QueueConnectionFactory", "TopicConnectionFactory");

    private final Hashtable<Object, Object> environment;
    private final Map<String, Object> bound;
    private final AdministeredObjects objects;

    private EnvironmentContext(
            Hashtable<Object, Object> environment, Map<String, Object> bound, AdministeredObjects objects) {
        this.environment = environment;
        this.bound = bound;
        this.objects = objects;
    }

    static EnvironmentContext of(Hashtable<?, ?> given, AdministeredObjects objects) throws NamingException {
        Hashtable<Object, Object> environment = new Hashtable<>();
        if (given != null) {
            environment.putAll(given);
        }
        String providerUrl = (String) environment.get(PROVIDER_URL);
        Map<String, Object> bound = new TreeMap<>();
        if (providerUrl != null) {
            for (String name : DEFAULT_FACTORIES) {
                bound.put(name, made(PROVIDER_URL, providerUrl, objects::connectionFactory));
            }
            bound.put(DEFAULT_XA_FACTORY, made(PROVIDER_URL, providerUrl, objects::xaConnectionFactory));
        }
        for (Map.Entry<Object, Object> entry : environment.entrySet()) {
            if (entry.getKey() instanceof String key && entry.getValue() instanceof String value) {
                bind(bound, key, value.trim(), providerUrl, objects);
            }
        }
        return new EnvironmentContext(environment, bound, objects);
    }

    private static void bind(
            Map<String, Object> bound, String key, String value, String providerUrl, AdministeredObjects objects)
            throws NamingException {
        if (key.startsWith(FACTORY_PREFIX)) {
            String url = value.isEmpty() && providerUrl != null ? providerUrl : value;
            bound.put(key.substring(FACTORY_PREFIX.length()), made(key, url, objects::connectionFactory));
        } else if (key.startsWith(XA_FACTORY_PREFIX)) {
            String url = value.isEmpty() && providerUrl != null ? providerUrl : value;
            bound.put(key.substring(XA_FACTORY_PREFIX.length()), made(key, url, objects::xaConnectionFactory));
        } else if (key.startsWith(QUEUE_PREFIX)) {
            bound.put(key.substring(QUEUE_PREFIX.length()), made(key, value, objects::queue));
        } else if (key.startsWith(TOPIC_PREFIX)) {
            bound.put(key.substring(TOPIC_PREFIX.length()), made(key, value, objects::topic));
        }
    }

    private static Object made(String key, String value, Function<String, ?> maker) throws NamingException {
        try {
            return maker.apply(value);
        } catch (RuntimeException unusable) {
            throw SluiceObjectFactory.withCause(
                    new NamingException("JNDI property %s: %s".formatted(key, unusable.getMessage())), unusable);
        }
    }

    @Override
    public Object lookup(String name) throws NamingException {
        if (name.isEmpty()) {
            return new EnvironmentContext(new Hashtable<>(environment), bound, objects);
        }
        if (bound.containsKey(name)) {
            return bound.get(name);
        }
        if (name.startsWith(DYNAMIC_QUEUES)) {
            return made(name, name.substring(DYNAMIC_QUEUES.length()), objects::queue);
        }
        if (name.startsWith(DYNAMIC_TOPICS)) {
            return made(name, name.substring(DYNAMIC_TOPICS.length()), objects::topic);
        }
        throw new NameNotFoundException(
                "'%s' is not bound; bound are %s, and dynamicQueues/NAME and dynamicTopics/NAME for any NAME"
                        .formatted(name, bound.keySet()));
    }

    @Override
    public Object lookup(Name name) throws NamingException {
        return lookup(name.toString());
    }

    @Override
    public Object lookupLink(String name) throws NamingException {
        return lookup(name);
    }

    @Override
    public Object lookupLink(Name name) throws NamingException {
        return lookup(name);
    }

    @Override
    public NamingEnumeration<NameClassPair> list(String name) throws NamingException {
        requireRoot(name);
        List<NameClassPair> pairs = new ArrayList<>();
        bound.forEach((key, object) ->
                pairs.add(new NameClassPair(key, object.getClass().getName())));
        return new Listing<>(pairs);
    }

    @Override
    public NamingEnumeration<NameClassPair> list(Name name) throws NamingException {
        return list(name.toString());
    }

    @Override
    public NamingEnumeration<Binding> listBindings(String name) throws NamingException {
        requireRoot(name);
        List<Binding> bindings = new ArrayList<>();
        bound.forEach((key, object) -> bindings.add(new Binding(key, object)));
        return new Listing<>(bindings);
    }

    @Override
    public NamingEnumeration<Binding> listBindings(Name name) throws NamingException {
        return listBindings(name.toString());
    }

    private static void requireRoot(String name) throws NamingException {
        if (!name.isEmpty()) {
            throw new NameNotFoundException("'%s' is not a context; list the empty name".formatted(name));
        }
    }

    @Override
    public NameParser getNameParser(String name) {
        return CompositeName::new;
    }

    @Override
    public NameParser getNameParser(Name name) {
        return getNameParser(name.toString());
    }

    @Override
    public String composeName(String name, String prefix) {
        return prefix.isEmpty() ? name : name.isEmpty() ? prefix : prefix + "/" + name;
    }

    @Override
    public Name composeName(Name name, Name prefix) throws InvalidNameException {
        return ((Name) prefix.clone()).addAll(name);
    }

    @Override
    public Object addToEnvironment(String name, Object value) throws NamingException {
        throw readOnly();
    }

    @Override
    public Object removeFromEnvironment(String name) throws NamingException {
        throw readOnly();
    }

    @Override
    public Hashtable<?, ?> getEnvironment() {
        return new Hashtable<>(environment);
    }

    @Override
    public String getNameInNamespace() {
        return "";
    }

    /** Holds nothing that needs closing. */
    @Override
    public void close() {
        // Objects handed out live on their own.
    }

    // ---- refused: the environment says what is bound ----

    private static NamingException readOnly() {
        return new OperationNotSupportedException(
                "this context is read only; name objects in its environment: connectionFactory.NAME, queue.NAME, topic.NAME");
    }

    @Override
    public void bind(Name name, Object object) throws NamingException {
        throw readOnly();
    }

    @Override
    public void bind(String name, Object object) throws NamingException {
        throw readOnly();
    }

    @Override
    public void rebind(Name name, Object object) throws NamingException {
        throw readOnly();
    }

    @Override
    public void rebind(String name, Object object) throws NamingException {
        throw readOnly();
    }

    @Override
    public void unbind(Name name) throws NamingException {
        throw readOnly();
    }

    @Override
    public void unbind(String name) throws NamingException {
        throw readOnly();
    }

    @Override
    public void rename(Name from, Name to) throws NamingException {
        throw readOnly();
    }

    @Override
    public void rename(String from, String to) throws NamingException {
        throw readOnly();
    }

    @Override
    public void destroySubcontext(Name name) throws NamingException {
        throw readOnly();
    }

    @Override
    public void destroySubcontext(String name) throws NamingException {
        throw readOnly();
    }

    @Override
    public Context createSubcontext(Name name) throws NamingException {
        throw readOnly();
    }

    @Override
    public Context createSubcontext(String name) throws NamingException {
        throw readOnly();
    }
}

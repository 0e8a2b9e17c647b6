package io.sluice.jms.jndi;

import java.util.Hashtable;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;

/**
 * The initial context for programs that find JMS by JNDI. Set {@code java.naming.factory.initial} to this class and
 * {@code java.naming.provider.url} to the broker's URL.
 */
public final class SluiceInitialContextFactory implements InitialContextFactory {

    /** @throws NamingException when an entry of the environment makes no object */
    @Override
    public Context getInitialContext(Hashtable<?, ?> environment) throws NamingException {
        return EnvironmentContext.of(environment, AdministeredObjects.ofProvider());
    }
}

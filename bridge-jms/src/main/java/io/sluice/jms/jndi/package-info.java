/**
 * Connection factories and destinations by JNDI name, without a directory server: everything stands in the environment.
 *
 * <p>In: the environment of a naming context. Out: administered objects, made through
 * {@link io.sluice.jms.jndi.AdministeredObjects}. Guide: docs/doors/jms.md.
 */
package io.sluice.jms.jndi;

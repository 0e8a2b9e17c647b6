package io.sluice.jms;

import io.sluice.jms.destination.Address;
import io.sluice.jms.destination.Addressed;
import io.sluice.jms.jndi.SluiceObjectFactory;
import java.io.Serializable;
import javax.naming.Reference;
import javax.naming.Referenceable;
import javax.naming.StringRefAddr;

/** What queues and topics share: an address, by which they are equal, stored and serialised. Immutable. */
abstract class SluiceDestination implements Addressed, Referenceable, Serializable {
    private static final long serialVersionUID = 1L;

    private final Address address;

    SluiceDestination(Address address) {
        this.address = address;
    }

    @Override
    public Address address() {
        return address;
    }

    @Override
    public Reference getReference() {
        return new Reference(
                getClass().getName(),
                new StringRefAddr(SluiceObjectFactory.NAME, address.name()),
                SluiceObjectFactory.class.getName(),
                null);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SluiceDestination that && address.equals(that.address);
    }

    @Override
    public int hashCode() {
        return address.hashCode();
    }

    @Override
    public String toString() {
        return address.name();
    }
}

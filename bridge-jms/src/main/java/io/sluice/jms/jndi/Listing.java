package io.sluice.jms.jndi;

import java.util.Iterator;
import java.util.List;
import javax.naming.NamingEnumeration;

/** What a context lists, from a list that is ready. Confined to one thread. */
final class Listing<T> implements NamingEnumeration<T> {
    private final Iterator<T> left;

    Listing(List<T> all) {
        this.left = all.iterator();
    }

    @Override
    public T next() {
        return left.next();
    }

    @Override
    public boolean hasMore() {
        return left.hasNext();
    }

    @Override
    public T nextElement() {
        return left.next();
    }

    @Override
    public boolean hasMoreElements() {
        return left.hasNext();
    }

    /** Holds nothing that needs closing. */
    @Override
    public void close() {
        // The list is on the heap.
    }
}

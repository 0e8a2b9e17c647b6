package io.sluice.transport;

import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Executor;

/**
 * Which handler answers which request code, and on which lane it runs. Filled at start by one thread, then only read; a
 * code without a row is answered with code 3.
 */
public final class RequestTable {
    /** Runs the handler on the event loop of the connection: for work that never blocks. */
    public static final Executor EVENT_LOOP = Runnable::run;

    private final IntObjectMap<Row> rows = new IntObjectHashMap<>();

    private final IntObjectMap<InPlaceHandler> inPlace = new IntObjectHashMap<>();

    record Row(Executor lane, RequestHandler handler) {}

    /** A row whose handler runs on the event loop. */
    public RequestTable on(int code, RequestHandler handler) {
        return on(code, EVENT_LOOP, handler);
    }

    /**
     * @param lane where the handler runs; one that rejects work makes the request be answered with code 2 (busy)
     */
    public RequestTable on(int code, Executor lane, RequestHandler handler) {
        if (rows.put(code, new Row(lane, handler)) != null) {
            throw new IllegalStateException("request code %d has two handlers".formatted(code));
        }
        return this;
    }

    /** Requests of the code, which has a row, are shown to this handler first. */
    public RequestTable inPlace(int code, InPlaceHandler handler) {
        if (!rows.containsKey(code) || inPlace.put(code, handler) != null) {
            throw new IllegalStateException("request code %d has no row, or two handlers in place".formatted(code));
        }
        return this;
    }

    public boolean contains(int code) {
        return rows.containsKey(code);
    }

    public SortedSet<Integer> codes() {
        return new TreeSet<>(rows.keySet());
    }

    /** A copy without some codes, for a port that does not serve them. */
    public RequestTable without(int... codes) {
        RequestTable copy = new RequestTable();
        copy.rows.putAll(rows);
        copy.inPlace.putAll(inPlace);
        for (int code : codes) {
            copy.rows.remove(code);
            copy.inPlace.remove(code);
        }
        return copy;
    }

    /** {@code null} when requests of the code go the usual way. */
    InPlaceHandler findInPlace(int code) {
        return inPlace.get(code);
    }

    Optional<Row> find(int code) {
        return Optional.ofNullable(rows.get(code));
    }
}

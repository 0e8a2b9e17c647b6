package io.sluice.http.channel;

/** Told about each call when it is over; for metrics. Called on I/O threads, so it only counts. */
public interface CallListener {

    /** For calls that matched no route. */
    String NO_ROUTE = "none";

    /**
     * @param route     {@link Route#name} or {@link #NO_ROUTE}
     * @param status    of the answer; 0 when the peer left before there was one
     * @param nanos     from the end of the request's head to the end of the answer
     * @param bytesIn   of the request's body
     * @param bytesOut  of the answer's body, as handed to the connection
     */
    void over(String route, Lane lane, int status, long nanos, long bytesIn, long bytesOut);
}

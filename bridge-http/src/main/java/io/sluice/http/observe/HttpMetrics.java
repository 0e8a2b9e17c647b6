package io.sluice.http.observe;

import io.sluice.http.channel.CallListener;
import io.sluice.http.channel.Gate;
import io.sluice.http.channel.Lane;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what passes through this door. Any thread adds; reading sees each counter at its own moment.
 *
 * <p>The number of series is bounded: labels are route templates, statuses that this door answers, and fixed words.
 */
public final class HttpMetrics implements CallListener {
    private final Gate gate;
    private final Map<RouteAndStatus, LongAdder> calls = new ConcurrentHashMap<>();
    private final Map<String, Latency> latencies = new ConcurrentHashMap<>();
    private final Map<Outlet, LongAdder> messagesOut = new ConcurrentHashMap<>();
    private final Map<VerbAndResult, LongAdder> settlements = new ConcurrentHashMap<>();
    private final LongAdder messagesIn = new LongAdder();
    private final LongAdder expired = new LongAdder();
    private final LongAdder givenBack = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();

    /** By which call a message went out. */
    public enum Outlet {
        PULL,
        BROWSE,
        STREAM;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private record RouteAndStatus(String route, int status) {}

    private record VerbAndResult(String verb, String result) {}

    public HttpMetrics(Gate gate) {
        this.gate = gate;
        for (Outlet outlet : Outlet.values()) {
            messagesOut.put(outlet, new LongAdder());
        }
    }

    @Override
    public void over(String route, Lane lane, int status, long nanos, long bodyBytesIn, long bodyBytesOut) {
        calls.computeIfAbsent(new RouteAndStatus(route, status), first -> new LongAdder())
                .increment();
        if (lane != Lane.STREAM) {
            latencies.computeIfAbsent(route, first -> new Latency()).record(nanos);
        }
        bytesIn.add(bodyBytesIn);
        bytesOut.add(bodyBytesOut);
    }

    /** One message was stored. */
    public void messageIn() {
        messagesIn.increment();
    }

    /** Messages were handed to a connection that took them. */
    public void messagesOut(Outlet outlet, int count) {
        messagesOut.get(outlet).add(count);
    }

    /** Messages were left out because their time to live had passed. */
    public void expired(int count) {
        expired.add(count);
    }

    /** Leased messages went back because their answer could not be delivered. */
    public void givenBack(int count) {
        givenBack.add(count);
    }

    /**
     * @param verb   {@code ack}, {@code nack} or {@code extend}
     * @param result as in the answer
     */
    public void settled(String verb, String result) {
        settlements
                .computeIfAbsent(new VerbAndResult(verb, result), first -> new LongAdder())
                .increment();
    }

    /** Everything in the Prometheus text format, version 0.0.4. */
    public String text() {
        MetricsText text = new MetricsText();
        text.family(
                "sluice_http_requests", "counter", "Calls that are over; status 0: the peer left before the answer.");
        sorted(calls)
                .forEach((key, count) -> text.sample(
                        "sluice_http_requests_total",
                        Map.of("route", key.route(), "status", Integer.toString(key.status())),
                        count.sum()));
        text.family(
                "sluice_http_request_duration_seconds",
                "histogram",
                "From the end of the request's head to the end of the answer, waiting included; streams are left out.");
        sorted(latencies).forEach((route, latency) -> latency.writeTo(text, route));
        text.family("sluice_http_messages_in", "counter", "Messages stored.");
        text.sample("sluice_http_messages_in_total", Map.of(), messagesIn.sum());
        text.family("sluice_http_messages_out", "counter", "Messages handed to a peer, by kind of call.");
        messagesOut.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> text.sample(
                        "sluice_http_messages_out_total",
                        Map.of("via", entry.getKey().label()),
                        entry.getValue().sum()));
        text.family("sluice_http_settlements", "counter", "Receipts settled.");
        sorted(settlements)
                .forEach((key, count) -> text.sample(
                        "sluice_http_settlements_total",
                        Map.of("verb", key.verb(), "result", key.result()),
                        count.sum()));
        text.family(
                "sluice_http_messages_expired", "counter", "Messages left out because their time to live was over.");
        text.sample("sluice_http_messages_expired_total", Map.of(), expired.sum());
        text.family("sluice_http_messages_given_back", "counter", "Leases given back: their answer was not delivered.");
        text.sample("sluice_http_messages_given_back_total", Map.of(), givenBack.sum());
        text.family("sluice_http_request_body_bytes", "counter", "Bytes of request bodies received.");
        text.sample("sluice_http_request_body_bytes_total", Map.of(), bytesIn.sum());
        text.family("sluice_http_response_body_bytes", "counter", "Bytes of answer bodies handed to connections.");
        text.sample("sluice_http_response_body_bytes_total", Map.of(), bytesOut.sum());
        gauges(text);
        return text.toString();
    }

    private void gauges(MetricsText text) {
        text.family("sluice_http_requests_open", "gauge", "Calls under way that are no pulls and no streams.");
        text.sample("sluice_http_requests_open", Map.of(), gate.open(Lane.REQUEST));
        text.family("sluice_http_long_polls_open", "gauge", "Pulls under way.");
        text.sample("sluice_http_long_polls_open", Map.of(), gate.open(Lane.POLL));
        text.family("sluice_http_streams_open", "gauge", "Event streams open.");
        text.sample("sluice_http_streams_open", Map.of(), gate.open(Lane.STREAM));
        text.family("sluice_http_buffered_bytes", "gauge", "Request bodies and unwritten answers in memory.");
        text.sample("sluice_http_buffered_bytes", Map.of(), gate.bufferedBytes());
    }

    /** By the text of the key, so that two readings list the series in one order. */
    private static <K, V> Map<K, V> sorted(Map<K, V> series) {
        Map<K, V> sorted = new TreeMap<>(Comparator.comparing(Object::toString));
        sorted.putAll(series);
        return sorted;
    }
}

package io.sluice.gateway.demo;

/** What travels in the demo: every part that must arrive unchanged at every door. */
record Parcel(String body, String contentType, String tag, String key, String note) {
    /** Name of the user property that carries {@link #note}. */
    static final String NOTE = "note";
}

package io.sluice.model;

/**
 * On whose behalf a door asks.
 *
 * @param principal name of the authenticated user, or {@link #ANONYMOUS}
 * @param door      protocol by which the caller came: {@code native}, {@code jms}, {@code mqtt}, {@code http}
 * @param address   remote address as text, for logs and error messages
 */
public record Caller(String principal, String door, String address) {
    public static final String ANONYMOUS = "anonymous";

    public static Caller anonymous(String door, String address) {
        return new Caller(ANONYMOUS, door, address);
    }
}

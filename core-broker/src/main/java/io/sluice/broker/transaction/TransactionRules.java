package io.sluice.broker.transaction;

import java.time.Duration;

/**
 * When producers are asked about their half messages; the RocketMQ configuration key of each component stands in brackets.
 *
 * @param timeout    a half message is left alone for this time, unless it says otherwise itself (transactionTimeOut)
 * @param checkEvery pause between two questions about one half message (transactionCheckInterval)
 * @param checkMax   questions after which a half message is given up (transactionCheckMax)
 */
public record TransactionRules(Duration timeout, Duration checkEvery, int checkMax) {
    public static final TransactionRules DEFAULT =
            new TransactionRules(Duration.ofSeconds(6), Duration.ofSeconds(30), 15);

    public TransactionRules {
        if (timeout.isNegative() || checkEvery.toMillis() < 1 || checkMax < 1) {
            throw new IllegalArgumentException(
                    "transactionTimeOut %s must not be negative, transactionCheckInterval %s and transactionCheckMax %d must be positive"
                            .formatted(timeout, checkEvery, checkMax));
        }
    }
}

package io.sluice.wire.body;

import java.util.Set;

/**
 * What a group wants of a topic.
 *
 * @param subString      {@code *}, tags joined by {@code ||}, or an SQL-92 condition
 * @param codeSet        hashes of the tags
 * @param subVersion     grows with every change, epoch ms
 * @param expressionType {@code TAG} or {@code SQL92}
 */
public record SubscriptionData(
        String topic,
        String subString,
        Set<String> tagsSet,
        Set<Integer> codeSet,
        long subVersion,
        String expressionType,
        boolean classFilterMode) {

    public static final String TAG = "TAG";
    public static final String SQL92 = "SQL92";
}

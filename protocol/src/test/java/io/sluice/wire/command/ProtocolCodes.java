package io.sluice.wire.command;

import java.util.Arrays;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** The request codes that there are, written down apart from the tables that are checked against them. */
public final class ProtocolCodes {
    /** All of Apache RocketMQ 4.9 and 5.5. */
    public static final Set<Integer> ROCKETMQ = ranges(new int[][] {
        {10, 15},
        {17, 18},
        {21, 23},
        {25, 43},
        {45, 47},
        {50, 54},
        {60, 61},
        {100, 106},
        {200, 217},
        {219, 225},
        {300, 318},
        {319, 329},
        {343, 343},
        {345, 345},
        {351, 355},
        {361, 361},
        {370, 370},
        {400, 402},
        {513, 513},
        {901, 908},
        {1001, 1018},
        {2001, 2004},
        {3001, 3010},
        {5001, 5001},
        {200_050, 200_056},
        {200_070, 200_079},
        {200_151, 200_151}
    });

    /** Sluice's own. */
    public static final Set<Integer> OWN = ranges(new int[][] {{30_001, 30_009}});

    private ProtocolCodes() {}

    public static Set<Integer> all() {
        Set<Integer> all = new TreeSet<>(ROCKETMQ);
        all.addAll(OWN);
        return all;
    }

    private static Set<Integer> ranges(int[][] ranges) {
        SortedSet<Integer> codes = new TreeSet<>();
        Arrays.stream(ranges)
                .flatMapToInt(range -> IntStream.rangeClosed(range[0], range[1]))
                .forEach(codes::add);
        return Collections.unmodifiableSortedSet(codes);
    }
}

package io.sluice.gateway.config;

import java.util.Collection;

/** Finds the word that a mistyped one was probably meant to be: the smallest number of changed characters. */
final class NearestWord {
    private NearestWord() {}

    static String to(String mistyped, Collection<String> known) {
        String nearest = "";
        int least = Integer.MAX_VALUE;
        for (String word : known) {
            int distance =
                    distance(mistyped.toLowerCase(java.util.Locale.ROOT), word.toLowerCase(java.util.Locale.ROOT));
            if (distance < least) {
                least = distance;
                nearest = word;
            }
        }
        return nearest;
    }

    private static int distance(String left, String right) {
        int[] above = new int[right.length() + 1];
        for (int column = 0; column <= right.length(); column++) {
            above[column] = column;
        }
        for (int row = 1; row <= left.length(); row++) {
            int[] current = new int[right.length() + 1];
            current[0] = row;
            for (int column = 1; column <= right.length(); column++) {
                int changed = above[column - 1] + (left.charAt(row - 1) == right.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(changed, Math.min(above[column], current[column - 1]) + 1);
            }
            above = current;
        }
        return above[right.length()];
    }
}

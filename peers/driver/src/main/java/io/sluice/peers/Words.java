package io.sluice.peers;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One command: its verb, what the verb needs in fixed places, and options as NAME=VALUE behind that. */
final class Words {
    private final List<String> fixed = new ArrayList<>();
    private final Map<String, String> options = new LinkedHashMap<>();

    /** @param places how many words the verb needs behind its own name */
    Words(String[] command, int places) {
        if (command.length < places + 1) {
            throw new IllegalArgumentException(
                    command[0] + " needs " + places + " words, got " + (command.length - 1));
        }
        for (int i = 1; i <= places; i++) {
            fixed.add(command[i]);
        }
        for (int i = places + 1; i < command.length; i++) {
            int equals = command[i].indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("expected NAME=VALUE, got " + command[i]);
            }
            options.put(command[i].substring(0, equals), command[i].substring(equals + 1));
        }
    }

    /** The word in a fixed place, counted from 0. */
    String text(int place) {
        return fixed.get(place);
    }

    int number(int place) {
        return Integer.parseInt(fixed.get(place));
    }

    byte[] bytes(int place) {
        return Base64.getDecoder().decode(fixed.get(place));
    }

    String decoded(int place) {
        return new String(bytes(place), StandardCharsets.UTF_8);
    }

    /** All options, in the order given. */
    Map<String, String> options() {
        return options;
    }

    String option(String name, String otherwise) {
        return options.getOrDefault(name, otherwise);
    }

    int option(String name, int otherwise) {
        return options.containsKey(name) ? Integer.parseInt(options.get(name)) : otherwise;
    }

    boolean isOn(String name) {
        return Boolean.parseBoolean(options.get(name));
    }
}

package io.sluice.perf.load;

/**
 * One of the consumers of a group.
 *
 * @param index of this one, from 0
 * @param count of the group's consumers
 */
public record Member(String group, int index, int count) {}

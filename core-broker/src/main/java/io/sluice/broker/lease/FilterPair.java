package io.sluice.broker.lease;

import io.sluice.filter.CompiledFilter;
import io.sluice.filter.Filters;
import io.sluice.model.FilterExpression;

/**
 * What a request wants: what its group wants, and of that what its consumer wants. Equal when the expressions are, whatever
 * they were compiled to.
 */
record FilterPair(Expressions expressions, CompiledFilter group, CompiledFilter own) {
    /** The two filters as they were asked for. */
    record Expressions(FilterExpression group, FilterExpression own) {}

    /** @throws io.sluice.filter.FilterSyntaxException when one of them cannot be read */
    static FilterPair compile(Filters filters, FilterExpression group, FilterExpression own) {
        return new FilterPair(new Expressions(group, own), filters.compile(group), filters.compile(own));
    }

    /** Whether neither rejects anything. */
    boolean isForAll() {
        return group == CompiledFilter.ALL && own == CompiledFilter.ALL;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FilterPair that && expressions.equals(that.expressions);
    }

    @Override
    public int hashCode() {
        return expressions.hashCode();
    }
}

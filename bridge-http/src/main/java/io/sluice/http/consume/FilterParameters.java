package io.sluice.http.consume;

import io.sluice.http.channel.Query;
import io.sluice.model.FilterExpression;

/** The parameters {@code tag} and {@code sql}, of which one may be given. */
final class FilterParameters {
    private FilterParameters() {}

    /** Not yet parsed; every message when neither is given. */
    static FilterExpression read(Query query) {
        query.refuseBoth("tag", "sql");
        return query.text("sql")
                .map(FilterExpression::sql)
                .orElseGet(() -> FilterExpression.tags(query.text("tag").orElse(null)));
    }
}

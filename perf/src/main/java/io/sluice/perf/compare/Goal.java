package io.sluice.perf.compare;

import io.sluice.perf.report.Row;
import io.sluice.perf.report.Verdict;
import java.util.List;
import java.util.Locale;

/** What a scenario aims at, by the rows of its contestants in their order. */
@FunctionalInterface
interface Goal {
    Verdict judge(List<Row> rows);

    /** The rate of one contestant is at least so many times that of another. */
    static Goal rate(int of, double times, int peer) {
        return rows -> {
            double ratio = rows.get(of).rate() / rows.get(peer).rate();
            return new Verdict(
                    text("rate of %s at least %.2f x that of %s", name(rows, of), times, name(rows, peer)),
                    text("%.2f x", ratio),
                    ratio >= times);
        };
    }

    static Goal rateAtLeast(double perSecond) {
        return rows -> new Verdict(
                text("rate of %s at least %,.0f/s", name(rows, 0), perSecond),
                text("%,.0f/s", rows.get(0).rate()),
                rows.get(0).rate() >= perSecond);
    }

    /** Processor time of the first contestant's node per message, in multiples of another's. */
    static Goal nodeTime(double times, int peer) {
        return rows -> {
            double ratio = rows.get(0).nodeMicros() / rows.get(peer).nodeMicros();
            return new Verdict(
                    text("node CPU of %s at most %.2f x that of %s", name(rows, 0), times, name(rows, peer)),
                    text("%.2f x", ratio),
                    ratio <= times);
        };
    }

    static Goal within(double percentile, double ms) {
        return rows -> new Verdict(
                text(
                        "%s: p%s under %.1f ms",
                        name(rows, 0), String.valueOf(percentile).replaceAll("\\.0$", ""), ms),
                text("%.3f ms", rows.get(0).percentileMs(percentile)),
                rows.get(0).errors() == 0 && rows.get(0).percentileMs(percentile) < ms);
    }

    static Goal allocation(int of, double bytes) {
        return rows -> new Verdict(
                text("%s: under %.0f bytes of heap per message on the node", name(rows, of), bytes),
                text("%.0f bytes", rows.get(of).allocated()),
                rows.get(of).allocated() < bytes);
    }

    static Goal resident(double mb) {
        return rows -> new Verdict(
                text("%s: under %.0f MB resident", name(rows, 0), mb),
                text("%.0f MB", rows.get(0).residentMb()),
                rows.get(0).residentMb() < mb);
    }

    private static String name(List<Row> rows, int index) {
        return rows.get(index).contestant();
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}

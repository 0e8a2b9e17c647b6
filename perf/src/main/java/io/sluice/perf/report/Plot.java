package io.sluice.perf.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Lines over a common x axis, as one SVG element. */
final class Plot {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int LEFT = 80;
    private static final int RIGHT = 36;
    private static final int TOP = 40;
    private static final int BOTTOM = 40;
    private static final int GRID_LINES = 5;
    private static final String[] COLOURS = {"#0b6e99", "#d9730d", "#0f7b6c", "#ad1a72", "#6940a5"};
    /** Nothing is drawn below this on a logarithmic scale. */
    private static final double SMALLEST = 1e-3;

    record Point(double x, double y) {}

    record Line(String name, List<Point> points) {}

    record Tick(double x, String label) {}

    enum Scale {
        FROM_ZERO,
        LOGARITHMIC
    }

    private final List<Line> lines;
    private final Scale scale;
    private final double leftmost;
    private final double rightmost;
    private final double lowest;
    private final double highest;

    private Plot(List<Line> lines, Scale scale) {
        this.lines = lines;
        this.scale = scale;
        List<Point> all = lines.stream().flatMap(line -> line.points().stream()).toList();
        this.leftmost = all.stream().mapToDouble(Point::x).min().orElse(0);
        this.rightmost = Math.max(
                leftmost + 1e-9, all.stream().mapToDouble(Point::x).max().orElse(1));
        double top = all.stream().mapToDouble(Point::y).max().orElse(1);
        double bottom = all.stream().mapToDouble(Point::y).min().orElse(0);
        if (scale == Scale.LOGARITHMIC) {
            this.lowest = Math.floor(height(bottom));
            this.highest = Math.max(lowest + 1, Math.ceil(height(top)));
        } else {
            this.lowest = 0;
            this.highest = GRID_LINES * roundStep(top / GRID_LINES);
        }
    }

    /** The next of 1, 2, 2.5, 5 times a power of ten, so that the lines of the grid have round values. */
    static double roundStep(double atLeast) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(1, atLeast))));
        for (double factor : new double[] {1, 2, 2.5, 5}) {
            if (factor * power >= atLeast) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    static String svg(String title, List<Line> lines, List<Tick> ticks, Scale scale) {
        Plot plot = new Plot(lines, scale);
        StringBuilder svg = new StringBuilder(String.format(
                "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" font-size=\"12\">%n<text x=\"%d\" y=\"16\">%s</text>%n",
                WIDTH, HEIGHT, WIDTH, HEIGHT, LEFT, HtmlReport.escaped(title)));
        plot.grid(svg, ticks);
        for (int i = 0; i < lines.size(); i++) {
            plot.line(svg, lines.get(i), COLOURS[i % COLOURS.length], i);
        }
        return svg.append("</svg>\n").toString();
    }

    private double height(double y) {
        return scale == Scale.LOGARITHMIC ? Math.log10(Math.max(SMALLEST, y)) : y;
    }

    private double across(double x) {
        return LEFT + (x - leftmost) / (rightmost - leftmost) * (WIDTH - LEFT - RIGHT);
    }

    private double down(double height) {
        return HEIGHT - BOTTOM - (height - lowest) / (highest - lowest) * (HEIGHT - TOP - BOTTOM);
    }

    private void grid(StringBuilder svg, List<Tick> ticks) {
        int steps = scale == Scale.LOGARITHMIC ? (int) (highest - lowest) : GRID_LINES;
        for (int i = 0; i <= steps; i++) {
            double height = lowest + (highest - lowest) * i / steps;
            double value = scale == Scale.LOGARITHMIC ? Math.pow(10, height) : height;
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
                    LEFT,
                    WIDTH - RIGHT,
                    down(height),
                    down(height),
                    LEFT - 6,
                    down(height) + 4,
                    label(value)));
        }
        for (Tick tick : ticks) {
            if (tick.x() >= leftmost && tick.x() <= rightmost) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
                        across(tick.x()),
                        HEIGHT - BOTTOM + 18,
                        HtmlReport.escaped(tick.label())));
            }
        }
    }

    private static String label(double value) {
        return value >= 10 || value == 0
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.3g", value);
    }

    private void line(StringBuilder svg, Line line, String colour, int number) {
        String points = line.points().stream()
                .map(point -> String.format(Locale.ROOT, "%.1f,%.1f", across(point.x()), down(height(point.y()))))
                .collect(Collectors.joining(" "));
        svg.append(String.format(
                Locale.ROOT,
                "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/><text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>%n",
                colour,
                points,
                LEFT + 10,
                TOP + 10 + number * 16,
                colour,
                HtmlReport.escaped(line.name())));
    }
}

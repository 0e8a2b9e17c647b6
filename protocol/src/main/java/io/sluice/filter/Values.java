package io.sluice.filter;

import io.sluice.filter.NumberText.Shape;

/**
 * Compares and computes with property values. A value is a {@link String}, {@link Boolean} or {@link Number}; text is loose
 * when nobody knows its type, and then stands for the number or boolean that it spells.
 */
final class Values {
    /** Order of two numbers of which one is not a number. */
    private static final int UNORDERED = 2;

    /** Order of two values that have none. */
    private static final int NOT_ALIKE = 3;

    /** Order of two values of which one is loose text that spells no number. */
    private static final int UNKNOWN = 4;

    private Values() {}

    /** What {@code left op right} says; {@code null} for unknown. Neither value is {@code null}. */
    static Boolean compare(Comparison op, Object left, boolean leftLoose, Object right, boolean rightLoose) {
        int order = op.isEquality()
                ? likeness(left, leftLoose, right, rightLoose)
                : numericOrder(left, leftLoose, right, rightLoose);
        return switch (order) {
            case UNKNOWN -> null;
            case NOT_ALIKE -> Boolean.FALSE;
            case UNORDERED -> op == Comparison.NOT_EQUAL;
            default -> op.holds(order);
        };
    }

    /** 0 when equal, another order when different. */
    private static int likeness(Object left, boolean leftLoose, Object right, boolean rightLoose) {
        if (left instanceof String && right instanceof String) {
            return left.equals(right) ? 0 : 1;
        }
        if (left instanceof Boolean || right instanceof Boolean) {
            Boolean a = asBoolean(left, leftLoose);
            Boolean b = asBoolean(right, rightLoose);
            return a == null || b == null ? NOT_ALIKE : a.equals(b) ? 0 : 1;
        }
        return numericOrder(left, leftLoose, right, rightLoose);
    }

    private static Boolean asBoolean(Object value, boolean loose) {
        if (value instanceof Boolean b) {
            return b;
        }
        return value instanceof String text && loose ? (Boolean) "true".equalsIgnoreCase(text) : null;
    }

    private static int numericOrder(Object left, boolean leftLoose, Object right, boolean rightLoose) {
        if (!mayBeNumber(left, leftLoose) || !mayBeNumber(right, rightLoose)) {
            return NOT_ALIKE;
        }
        Shape leftShape = shapeOf(left);
        Shape rightShape = shapeOf(right);
        if (leftShape == Shape.NOT_A_NUMBER || rightShape == Shape.NOT_A_NUMBER) {
            return UNKNOWN;
        }
        if (leftShape == Shape.WHOLE && rightShape == Shape.WHOLE) {
            return Long.compare(wholeOf(left), wholeOf(right));
        }
        double a = realOf(left);
        double b = realOf(right);
        return a < b ? -1 : a > b ? 1 : a == b ? 0 : UNORDERED;
    }

    private static boolean mayBeNumber(Object value, boolean loose) {
        return value instanceof Number || value instanceof String && loose;
    }

    private static Shape shapeOf(Object value) {
        if (value instanceof String text) {
            return NumberText.shapeOf(text);
        }
        return value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte
                ? Shape.WHOLE
                : Shape.REAL;
    }

    private static long wholeOf(Object value) {
        return value instanceof String text ? Long.parseLong(text) : ((Number) value).longValue();
    }

    private static double realOf(Object value) {
        return value instanceof String text ? Double.parseDouble(text) : ((Number) value).doubleValue();
    }

    /** The result as {@link Long} or {@link Double}; {@code null} for unknown, also when dividing a whole number by 0. */
    static Number compute(Arithmetic op, Object left, boolean leftLoose, Object right, boolean rightLoose) {
        if (!isNumber(left, leftLoose) || !isNumber(right, rightLoose)) {
            return null;
        }
        if (shapeOf(left) != Shape.WHOLE || shapeOf(right) != Shape.WHOLE) {
            return op.apply(realOf(left), realOf(right));
        }
        long divisor = wholeOf(right);
        if (op == Arithmetic.DIVIDE && divisor == 0) {
            return null;
        }
        return op.apply(wholeOf(left), divisor);
    }

    /** {@code null} for unknown. */
    static Number negate(Object value, boolean loose) {
        if (!isNumber(value, loose)) {
            return null;
        }
        if (shapeOf(value) == Shape.WHOLE) {
            return -wholeOf(value);
        }
        return -realOf(value);
    }

    private static boolean isNumber(Object value, boolean loose) {
        return value != null && mayBeNumber(value, loose) && shapeOf(value) != Shape.NOT_A_NUMBER;
    }

    /** What a value says as a condition of its own; {@code null} for unknown. */
    static Boolean truth(Object value, boolean loose) {
        if (value == null) {
            return null;
        }
        Boolean spelled = asBoolean(value, loose);
        return spelled == null ? Boolean.FALSE : spelled;
    }
}

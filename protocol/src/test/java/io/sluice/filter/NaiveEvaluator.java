package io.sluice.filter;

import java.math.BigDecimal;
import java.util.Map;
import java.util.function.BiFunction;

/** What a condition means, written for the reader and not for speed: the yardstick of the real evaluation. */
final class NaiveEvaluator {
    private final Map<String, Object> values;
    private final boolean typed;

    NaiveEvaluator(Map<String, Object> values, boolean typed) {
        this.values = values;
        this.typed = typed;
    }

    Truth truth(SqlNode node) {
        if (node instanceof SqlNode.Chain chain) {
            Truth all = chain.decisive() ? Truth.FALSE : Truth.TRUE;
            for (SqlNode part : chain.parts()) {
                all = chain.decisive() ? or(all, truth(part)) : and(all, truth(part));
            }
            return all;
        }
        if (node instanceof SqlNode.Not not) {
            return not(truth(not.of()));
        }
        if (node instanceof SqlNode.Compare compare) {
            return compare(compare.op(), value(compare.left()), value(compare.right()));
        }
        if (node instanceof SqlNode.Between between) {
            Object of = value(between.of());
            Object low = value(between.low());
            Object high = value(between.high());
            return between.negated()
                    ? or(compare(Comparison.LESS, of, low), compare(Comparison.GREATER, of, high))
                    : and(compare(Comparison.GREATER_OR_EQUAL, of, low), compare(Comparison.LESS_OR_EQUAL, of, high));
        }
        if (node instanceof SqlNode.IsNull isNull) {
            return of((values.get(isNull.property().name()) == null) != isNull.negated());
        }
        if (node instanceof SqlNode.Find find) {
            return of(values.get(find.property().name()) instanceof String text
                    && find.place().has(text, find.part()) != find.negated());
        }
        if (node instanceof SqlNode.In in) {
            return member(
                    in.property(), in.negated(), (text, none) -> in.values().contains(text));
        }
        if (node instanceof SqlNode.Like like) {
            return member(like.property(), like.negated(), (text, none) -> like.compiled()
                    .matches(text));
        }
        Object value = value(node);
        if (value == null) {
            return Truth.UNKNOWN;
        }
        return of(value instanceof Boolean b ? b : value instanceof Loose loose && loose.text.equalsIgnoreCase("true"));
    }

    private Truth member(SqlNode.Property property, boolean negated, BiFunction<String, Void, Boolean> test) {
        Object value = values.get(property.name());
        if (value == null) {
            return Truth.UNKNOWN;
        }
        return of((value instanceof String text && test.apply(text, null)) != negated);
    }

    /** Text of unknown type. */
    private record Loose(String text) {}

    /** String, Loose, Boolean, Long, Double or null. */
    private Object value(SqlNode node) {
        if (node instanceof SqlNode.Property property) {
            Object value = values.get(property.name());
            if (value instanceof Number number) {
                boolean real = number instanceof Double || number instanceof Float;
                return real ? (Object) number.doubleValue() : (Object) number.longValue();
            }
            return value instanceof String text && !typed ? new Loose(text) : value;
        }
        if (node instanceof SqlNode.Negative negative) {
            Object number = number(value(negative.of()));
            return number instanceof Long whole
                    ? (Object) (-whole)
                    : number == null ? null : (Object) (-(Double) number);
        }
        if (node instanceof SqlNode.Calculation calculation) {
            return calculate(calculation.op(), number(value(calculation.left())), number(value(calculation.right())));
        }
        if (node instanceof SqlNode.Literal) {
            return node.value(name -> null);
        }
        Truth truth = truth(node);
        return truth == Truth.UNKNOWN ? null : (Object) (truth == Truth.TRUE);
    }

    private static Object calculate(Arithmetic op, Object left, Object right) {
        if (left == null || right == null) {
            return null;
        }
        if (left instanceof Long a && right instanceof Long b) {
            return switch (op) {
                case PLUS -> a + b;
                case MINUS -> a - b;
                case TIMES -> a * b;
                case DIVIDE -> b == 0 ? null : (Object) (a / b);
            };
        }
        double a = ((Number) left).doubleValue();
        double b = ((Number) right).doubleValue();
        return switch (op) {
            case PLUS -> a + b;
            case MINUS -> a - b;
            case TIMES -> a * b;
            case DIVIDE -> a / b;
        };
    }

    private static Object number(Object value) {
        if (value instanceof Loose loose) {
            try {
                BigDecimal decimal = new BigDecimal(loose.text());
                boolean whole = loose.text().matches("[+-]?[0-9]+");
                return whole ? (Object) decimal.longValueExact() : (Object) decimal.doubleValue();
            } catch (NumberFormatException none) {
                return null;
            }
        }
        return value instanceof Number ? value : null;
    }

    private static Truth compare(Comparison op, Object left, Object right) {
        if (left == null || right == null) {
            return Truth.UNKNOWN;
        }
        if (op.isEquality() && isText(left) && isText(right)) {
            return of(text(left).equals(text(right)) == (op == Comparison.EQUAL));
        }
        if (op.isEquality() && (left instanceof Boolean || right instanceof Boolean)) {
            boolean alike = isBoolean(left) && isBoolean(right);
            return of(alike && (bool(left) == bool(right)) == (op == Comparison.EQUAL));
        }
        if (!mayBeNumber(left) || !mayBeNumber(right)) {
            return Truth.FALSE;
        }
        Object a = number(left);
        Object b = number(right);
        if (a == null || b == null) {
            return Truth.UNKNOWN;
        }
        if (a instanceof Long x && b instanceof Long y) {
            return of(op.holds(x.compareTo(y)));
        }
        double x = ((Number) a).doubleValue();
        double y = ((Number) b).doubleValue();
        return switch (op) {
            case EQUAL -> of(x == y);
            case NOT_EQUAL -> of(x != y);
            case LESS -> of(x < y);
            case LESS_OR_EQUAL -> of(x <= y);
            case GREATER -> of(x > y);
            case GREATER_OR_EQUAL -> of(x >= y);
        };
    }

    private static boolean isText(Object value) {
        return value instanceof String || value instanceof Loose;
    }

    private static String text(Object value) {
        return value instanceof Loose loose ? loose.text() : (String) value;
    }

    private static boolean isBoolean(Object value) {
        return value instanceof Boolean || value instanceof Loose;
    }

    private static boolean bool(Object value) {
        return value instanceof Loose loose ? loose.text().equalsIgnoreCase("true") : (Boolean) value;
    }

    private static boolean mayBeNumber(Object value) {
        return value instanceof Number || value instanceof Loose;
    }

    private static Truth of(boolean value) {
        return value ? Truth.TRUE : Truth.FALSE;
    }

    private static Truth not(Truth value) {
        return switch (value) {
            case TRUE -> Truth.FALSE;
            case FALSE -> Truth.TRUE;
            case UNKNOWN -> Truth.UNKNOWN;
        };
    }

    private static Truth and(Truth a, Truth b) {
        if (a == Truth.FALSE || b == Truth.FALSE) {
            return Truth.FALSE;
        }
        return a == Truth.TRUE && b == Truth.TRUE ? Truth.TRUE : Truth.UNKNOWN;
    }

    private static Truth or(Truth a, Truth b) {
        return not(and(not(a), not(b)));
    }
}

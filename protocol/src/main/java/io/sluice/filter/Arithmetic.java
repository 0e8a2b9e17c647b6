package io.sluice.filter;

/** Operators that make a number of two, by the rules of Java: whole numbers wrap around and divide towards zero. */
enum Arithmetic {
    PLUS('+'),
    MINUS('-'),
    TIMES('*'),
    DIVIDE('/');

    private final char sign;

    Arithmetic(char sign) {
        this.sign = sign;
    }

    char sign() {
        return sign;
    }

    /** @throws ArithmeticException on division by 0 */
    long apply(long left, long right) {
        return switch (this) {
            case PLUS -> left + right;
            case MINUS -> left - right;
            case TIMES -> left * right;
            case DIVIDE -> left / right;
        };
    }

    double apply(double left, double right) {
        return switch (this) {
            case PLUS -> left + right;
            case MINUS -> left - right;
            case TIMES -> left * right;
            case DIVIDE -> left / right;
        };
    }
}

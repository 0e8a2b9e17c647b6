package io.sluice.wire.json;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a component of a record that travels as a header or a JSON object: it may be missing, and then has this value. Without
 * a value: empty text, 0, {@code false}. A header field that has its absent value is not written; of JSON members only
 * empty texts are left out.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Absent {
    String value() default "";

    /** Whether a header field is written even when it has its absent value: brokers of another make refuse a header without it. */
    boolean written() default false;
}

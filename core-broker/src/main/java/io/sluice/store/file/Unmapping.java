package io.sluice.store.file;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;

/**
 * Gives the memory of a direct buffer back at once instead of when the collector finds it. Java 17 has no public call for
 * it; the one used here is in the supported module {@code jdk.unsupported}. Where it is missing, the collector does it.
 */
final class Unmapping {
    private static final MethodHandle FREE = find();

    private Unmapping() {}

    private static MethodHandle find() {
        try {
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            Field instance = unsafe.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            return MethodHandles.lookup()
                    .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(instance.get(null));
        } catch (ReflectiveOperationException | RuntimeException missing) {
            return null;
        }
    }

    /** The buffer must be the one that was allocated or mapped, not a view of it, and must not be touched afterwards. */
    static void free(ByteBuffer buffer) {
        if (FREE == null || !buffer.isDirect() || buffer.capacity() == 0) {
            return;
        }
        try {
            FREE.invokeExact(buffer);
        } catch (RuntimeException | Error failed) {
            throw failed;
        } catch (Throwable impossible) {
            throw new IllegalStateException("freeing a buffer failed", impossible);
        }
    }
}

package io.sluice.store;

class DebugLife {
    @org.junit.jupiter.api.Test
    void run() throws Exception {
        var m = PowerCutTest.class.getDeclaredMethod(
                "live", long.class, io.sluice.store.log.FlushMode.class, boolean.class);
        m.setAccessible(true);
        m.invoke(
                null,
                Long.getLong("seed"),
                io.sluice.store.log.FlushMode.valueOf(System.getProperty("mode")),
                Boolean.getBoolean("cuts"));
    }
}

package io.sluice.client.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UniqueKeysTest {
    private static UniqueKeys keys(byte... address) throws Exception {
        return new UniqueKeys(InetAddress.getByAddress(address), 0x1_2345, 0xCAFEBABE, ZoneOffset.UTC);
    }

    @Test
    void anIdIsAddressProcessInstanceTimeInTheMonthAndCounter() throws Exception {
        String id = keys((byte) 10, (byte) 1, (byte) 2, (byte) 3)
                .next(Instant.parse("2026-11-01T00:00:01.500Z").toEpochMilli());
        assertThat(id).startsWith("0A010203" + "2345" + "CAFEBABE" + "000005DC").hasSize(32);
    }

    @Test
    void anIdOfAnIpv6MachineHas56Digits() throws Exception {
        byte[] address = new byte[16];
        address[0] = (byte) 0xFD;
        assertThat(keys(address).next()).hasSize(56).startsWith("FD00");
    }

    @Test
    void theTimeBeginsAnewWithTheMonth() throws Exception {
        UniqueKeys keys = keys((byte) 10, (byte) 0, (byte) 0, (byte) 1);
        String last = keys.next(Instant.parse("2026-11-30T23:59:59.999Z").toEpochMilli());
        String first = keys.next(Instant.parse("2026-12-01T00:00:00.000Z").toEpochMilli());
        assertThat(last.substring(20, 28)).isEqualTo("9A7EC7FF");
        assertThat(first.substring(20, 28)).isEqualTo("00000000");
    }

    @Test
    void idsMadeByManyThreadsDiffer() {
        UniqueKeys keys = new UniqueKeys(InetAddress.getLoopbackAddress(), 1, 1, ZoneId.systemDefault());
        Set<String> made = Collections.newSetFromMap(new ConcurrentHashMap<>());
        long distinct = IntStream.range(0, 40_000)
                .parallel()
                .filter(i -> made.add(keys.next()))
                .count();
        assertThat(distinct).isEqualTo(40_000);
    }
}

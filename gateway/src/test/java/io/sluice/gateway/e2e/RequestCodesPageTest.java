package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.remoting.RemotingDoor;
import io.sluice.gateway.node.GeneratedSection;
import io.sluice.namesrv.kv.KvSettings;
import io.sluice.namesrv.kv.KvStore;
import io.sluice.namesrv.remoting.NameServerTable;
import io.sluice.namesrv.route.RouteTable;
import io.sluice.namesrv.settings.NameServerSettings;
import io.sluice.namesrv.settings.OverridesStore;
import io.sluice.wire.command.RefusedCodes;
import io.sluice.wire.command.RequestCode;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** docs/doors/remoting.md shows for each request code who answers it, or why nobody does. */
class RequestCodesPageTest {
    private static final Map<Integer, String> REFUSALS = RemotingDoor.refusals();

    @Test
    void thePageListsEveryCode() throws IOException, IllegalAccessException {
        String expected = page();
        assertThat(new GeneratedSection("docs/doors/remoting.md", "codes").text(expected))
                .isEqualTo(expected);
    }

    private static SortedMap<Integer, String> names() throws IllegalAccessException {
        SortedMap<Integer, String> names = new TreeMap<>();
        for (Field code : RequestCode.class.getFields()) {
            names.put(code.getInt(null), code.getName());
        }
        RefusedCodes.all().forEach(refused -> names.put(refused.code(), refused.name()));
        return names;
    }

    private static Set<Integer> codesOfTheNameServer() throws IOException {
        Set<Integer> codes = NameServerTable.of(
                        new RouteTable(1, () -> false, System::nanoTime),
                        KvSettings.open(KvStore.inMemory()),
                        Runnable::run,
                        new NameServerSettings(Map.of(), OverridesStore.inMemory()))
                .codes();
        RefusedCodes.all().forEach(refused -> codes.remove(refused.code()));
        return codes;
    }

    private static String page() throws IOException, IllegalAccessException {
        Set<Integer> ofTheNameServer = codesOfTheNameServer();
        StringBuilder page = new StringBuilder("\n| code | name | answered by | reason |\n| --- | --- | --- | --- |\n");
        names().forEach((code, name) -> {
            String reason = REFUSALS.getOrDefault(code, "");
            String by = reason.isEmpty() ? "broker" : "nobody";
            if (ofTheNameServer.contains(code)) {
                by = "name server";
                reason = "";
            } else if (reason.contains("to clients only")) {
                by = "clients";
                reason = "";
            }
            page.append("| %d | %s | %s | %s |\n".formatted(code, name, by, reason));
        });
        return page.append('\n').toString();
    }
}

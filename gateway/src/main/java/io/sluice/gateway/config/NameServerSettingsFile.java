package io.sluice.gateway.config;

import io.sluice.namesrv.kv.KvStore;
import io.sluice.store.file.Disk;
import io.sluice.store.table.TableFile;
import io.sluice.wire.json.JsonObject;
import io.sluice.wire.json.JsonReader;
import io.sluice.wire.json.JsonWriter;
import io.sluice.wire.json.KeyStyle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The name server's key-value settings in {@code namesrv/kvConfig.json} below the store, in RocketMQ's shape. */
public final class NameServerSettingsFile implements KvStore {
    private static final String TABLE = "configTable";

    private final Disk disk;
    private final Path directory;
    private final TableFile file;

    public NameServerSettingsFile(Disk disk, Path storeDirectory) {
        this.disk = disk;
        this.directory = storeDirectory.resolve(NameServerOverridesFile.DIRECTORY);
        this.file = new TableFile(disk, directory.resolve("kvConfig.json"));
    }

    @Override
    public Map<String, Map<String, String>> load() {
        return file.load(NameServerSettingsFile::parse).orElse(Map.of());
    }

    @Override
    public void save(Map<String, Map<String, String>> settings) throws IOException {
        disk.createDirectories(directory);
        file.save(text(settings));
    }

    private static Map<String, Map<String, String>> parse(String text) {
        Map<String, Map<String, String>> settings = new LinkedHashMap<>();
        JsonObject namespaces =
                JsonReader.readObject(text.getBytes(StandardCharsets.UTF_8)).object(TABLE);
        for (String namespace : namespaces.names()) {
            Map<String, String> pairs = new LinkedHashMap<>();
            JsonObject members = namespaces.object(namespace);
            members.names().forEach(key -> pairs.put(key, members.text(key)));
            settings.put(namespace, pairs);
        }
        return settings;
    }

    private static String text(Map<String, Map<String, String>> settings) {
        JsonWriter json =
                new JsonWriter(KeyStyle.QUOTED).beginObject().name(TABLE).beginObject();
        settings.forEach((namespace, pairs) -> {
            json.name(namespace).beginObject();
            pairs.forEach((key, value) -> json.name(key).text(value));
            json.endObject();
        });
        return new String(json.endObject().endObject().toByteArray(), StandardCharsets.UTF_8);
    }
}

package io.sluice.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The house as it stands obeys every rule; and every rule bites, shown on classes that break it on purpose. */
class HouseRulesTest {
    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.sluice");

    /** Classes of this module's tests that break one rule each. */
    private static final JavaClasses BROKEN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
            .importPackages(
                    "io.sluice.store.broken",
                    "io.sluice.broker.remoting.broken",
                    "io.sluice.broker.broken",
                    "io.sluice.mqtt.broken",
                    "io.sluice.http.broken",
                    "io.sluice.model.broken",
                    "io.sluice.port.broken");

    @TestFactory
    Stream<DynamicTest> theHouseObeys() {
        return HouseRules.all().entrySet().stream()
                .map(rule -> DynamicTest.dynamicTest(
                        rule.getKey(), () -> rule.getValue().check(HOUSE)));
    }

    @TestFactory
    Stream<DynamicTest> theRuleBites() {
        return HouseRules.all().entrySet().stream()
                .map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> assertThat(violated(rule.getValue()))
                        .as("a class that breaks '%s' is found", rule.getKey())
                        .isTrue()));
    }

    private static boolean violated(ArchRule rule) {
        return rule.evaluate(BROKEN).hasViolation();
    }

    @Test
    void theImportFoundTheWholeHouse() {
        Set<String> rooms = new TreeSet<>();
        HOUSE.forEach(type -> rooms.add(type.getPackageName()));
        assertThat(rooms)
                .contains(
                        "io.sluice.model",
                        "io.sluice.port",
                        "io.sluice.store.log",
                        "io.sluice.broker.remoting",
                        "io.sluice.namesrv.route",
                        "io.sluice.client",
                        "io.sluice.jms",
                        "io.sluice.mqtt.session",
                        "io.sluice.http",
                        "io.sluice.gateway.assembly");
    }

    @Test
    void everyRoomHasALabelOnItsDoor() {
        Set<String> unlabelled = new TreeSet<>();
        HOUSE.forEach(type -> unlabelled.add(type.getPackageName()));
        HOUSE.stream()
                .filter(type -> type.getSimpleName().equals("package-info"))
                .forEach(label -> unlabelled.remove(label.getPackageName()));
        assertThat(unlabelled.stream().filter(room -> !hasLabel(room))).isEmpty();
    }

    /** A label without annotations leaves no class file, so the sources are asked. */
    private static boolean hasLabel(String room) {
        String path = "src/main/java/" + room.replace('.', '/') + "/package-info.java";
        java.io.File root = new java.io.File(System.getProperty("sluice.root"));
        java.io.File[] modules = root.listFiles(java.io.File::isDirectory);
        return Stream.of(modules).anyMatch(module -> new java.io.File(module, path).isFile());
    }

    /** The floor must not become a cupboard: what only one module uses lives with its user. */
    @Test
    void everyRoomOfTheFloorHasAtLeastTwoModulesAsUsers() {
        Map<String, Set<String>> users = new TreeMap<>();
        for (JavaClass type : HOUSE) {
            type.getDirectDependenciesFromSelf().forEach(use -> {
                String room = use.getTargetClass().getPackageName();
                String user = moduleOf(type);
                if (room.startsWith("io.sluice.")
                        && moduleOf(use.getTargetClass()).equals("protocol")
                        && !user.equals("protocol")) {
                    users.computeIfAbsent(room, none -> new TreeSet<>()).add(user);
                }
            });
        }
        assertThat(users).isNotEmpty();
        assertThat(users)
                .allSatisfy((room, modules) ->
                        assertThat(modules).as("modules that use %s", room).hasSizeGreaterThanOrEqualTo(2));
    }

    private static String moduleOf(JavaClass type) {
        return type.getSource()
                .map(source -> source.getUri().getPath() == null
                        ? source.getUri().toString()
                        : source.getUri().getPath())
                .map(HouseRulesTest::moduleIn)
                .orElse("elsewhere");
    }

    private static String moduleIn(String location) {
        for (String module : new String[] {
            "protocol", "core-broker", "namesrv", "native-client", "bridge-jms", "bridge-mqtt", "bridge-http", "gateway"
        }) {
            if (location.contains("/" + module + "/") || location.contains("/sluice-" + module + "-")) {
                return module;
            }
        }
        return "elsewhere";
    }
}

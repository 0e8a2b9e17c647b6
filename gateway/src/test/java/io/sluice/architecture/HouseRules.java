package io.sluice.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.LinkedHashMap;
import java.util.Map;

/** The rules that keep the house in shape, each under the sentence that a newcomer would ask for. */
final class HouseRules {
    private static final String[] FILE_TYPES = {
        "java.nio.file.Files",
        "java.nio.channels.FileChannel",
        "java.io.FileInputStream",
        "java.io.FileOutputStream",
        "java.io.RandomAccessFile",
        "java.io.FileReader",
        "java.io.FileWriter"
    };

    static final ArchRule ROOMS_FORM_NO_CYCLE =
            slices().matching("io.sluice.(**)").should().beFreeOfCycles();

    static final ArchRule CHILDREN_NEVER_IMPORT_A_PARENT = classes()
            .should(new ArchCondition<JavaClass>("not use a type of a package that contains theirs") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    type.getDirectDependenciesFromSelf().stream()
                            .filter(use -> use.getTargetClass().getPackageName().startsWith("io.sluice"))
                            .filter(use -> type.getPackageName()
                                    .startsWith(use.getTargetClass().getPackageName() + "."))
                            .forEach(use -> events.add(SimpleConditionEvent.violated(type, use.getDescription())));
                }
            });

    static final ArchRule THE_STORE_KNOWS_NO_SOCKET_AND_NO_SERVICE = noClasses()
            .that()
            .resideInAnyPackage("io.sluice.store..", "io.sluice.replica..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.netty..", "io.sluice.transport..", "io.sluice.wire.command..", "io.sluice.broker..");

    static final ArchRule THE_NATIVE_DOOR_TOUCHES_NO_STORE = noClasses()
            .that()
            .resideInAPackage("io.sluice.broker.remoting..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.sluice.store..");

    static final ArchRule SERVICES_KNOW_NO_WIRE = noClasses()
            .that()
            .resideInAPackage("io.sluice.broker.*..")
            .and()
            .resideOutsideOfPackages(
                    "io.sluice.broker.remoting..", "io.sluice.broker.registry..", "io.sluice.broker.peer..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.sluice.broker.remoting..",
                    "io.sluice.wire.frame..",
                    "io.sluice.wire.command..",
                    "io.sluice.transport..",
                    "io.netty..");

    static final ArchRule BRIDGES_USE_THE_PORT_ALONE = noClasses()
            .that()
            .resideInAnyPackage("io.sluice.mqtt..", "io.sluice.http..", "io.sluice.jms..")
            .should()
            .dependOnClassesThat(new DescribedPredicate<>("are another module's rooms behind the port") {
                @Override
                public boolean test(JavaClass used) {
                    return used.getPackageName().startsWith("io.sluice")
                            && !isAnyOf(
                                    used.getPackageName(),
                                    "io.sluice.model",
                                    "io.sluice.filter",
                                    "io.sluice.wire.message",
                                    "io.sluice.port",
                                    "io.sluice.runtime",
                                    "io.sluice.mqtt",
                                    "io.sluice.http",
                                    "io.sluice.jms");
                }
            });

    static final ArchRule ONE_BRIDGE_DOES_NOT_USE_ANOTHER =
            slices().matching("io.sluice.(mqtt|http|jms)..").should().notDependOnEachOther();

    static final ArchRule THE_MODEL_USES_THE_JDK_ALONE = noClasses()
            .that()
            .resideInAPackage("io.sluice.model..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("java..", "io.sluice.model..");

    static final ArchRule THE_PORT_USES_THE_MODEL_ALONE = noClasses()
            .that()
            .resideInAPackage("io.sluice.port..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages(
                    "java..", "io.sluice.model..", "io.sluice.port..", "io.sluice.runtime..", "org.slf4j..");

    static final ArchRule NO_MUTABLE_STATICS = noFields()
            .that()
            .areStatic()
            .and(new DescribedPredicate<>("are written by people") {
                @Override
                public boolean test(com.tngtech.archunit.core.domain.JavaField field) {
                    return !field.getName().startsWith("$");
                }
            })
            .should()
            .notBeFinal();

    static final ArchRule NOBODY_SLEEPS = noClasses()
            .that()
            .resideOutsideOfPackage("io.sluice.runtime..")
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "sleep", long.class, int.class);

    static final ArchRule THREADS_ARE_MADE_IN_ONE_ROOM = noClasses()
            .that()
            .resideOutsideOfPackage("io.sluice.runtime..")
            .should()
            .callConstructorWhere(
                    new DescribedPredicate<com.tngtech.archunit.core.domain.JavaConstructorCall>("makes a thread") {
                        @Override
                        public boolean test(com.tngtech.archunit.core.domain.JavaConstructorCall call) {
                            return call.getTargetOwner().isEquivalentTo(Thread.class);
                        }
                    });

    static final ArchRule FILES_ARE_OPENED_IN_FEW_ROOMS = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.sluice.store.file..",
                    "io.sluice.gateway.config..",
                    "io.sluice.client.offset..",
                    "io.sluice.perf..")
            .should()
            .dependOnClassesThat(new DescribedPredicate<>("open files") {
                @Override
                public boolean test(JavaClass used) {
                    return isExactlyAnyOf(used.getName(), FILE_TYPES);
                }
            });

    static final ArchRule NAMES_SAY_WHAT_A_THING_IS = noClasses()
            .that()
            .areTopLevelClasses()
            .should()
            .haveNameMatching(".*(Manager|Helper|Util|Utils|Impl|Controller)");

    private HouseRules() {}

    /** Every rule by its sentence. */
    static Map<String, ArchRule> all() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        rules.put("rooms form no cycle", ROOMS_FORM_NO_CYCLE);
        rules.put("children never import a parent", CHILDREN_NEVER_IMPORT_A_PARENT);
        rules.put("the store knows no socket and no service", THE_STORE_KNOWS_NO_SOCKET_AND_NO_SERVICE);
        rules.put("the native door touches no store", THE_NATIVE_DOOR_TOUCHES_NO_STORE);
        rules.put("services know no wire", SERVICES_KNOW_NO_WIRE);
        rules.put("bridges use the port alone", BRIDGES_USE_THE_PORT_ALONE);
        rules.put("one bridge does not use another", ONE_BRIDGE_DOES_NOT_USE_ANOTHER);
        rules.put("the model uses the JDK alone", THE_MODEL_USES_THE_JDK_ALONE);
        rules.put("the port uses the model alone", THE_PORT_USES_THE_MODEL_ALONE);
        rules.put("no mutable statics", NO_MUTABLE_STATICS);
        rules.put("nobody sleeps", NOBODY_SLEEPS);
        rules.put("threads are made in one room", THREADS_ARE_MADE_IN_ONE_ROOM);
        rules.put("files are opened in few rooms", FILES_ARE_OPENED_IN_FEW_ROOMS);
        rules.put("names say what a thing is", NAMES_SAY_WHAT_A_THING_IS);
        return rules;
    }

    private static boolean isAnyOf(String packageName, String... rooms) {
        for (String room : rooms) {
            if (packageName.equals(room) || packageName.startsWith(room + ".")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isExactlyAnyOf(String name, String... names) {
        return java.util.Arrays.asList(names).contains(name);
    }
}

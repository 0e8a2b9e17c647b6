package io.sluice.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Papers that travel with the code do not speak of what is not there. */
class DocumentationTest {
    private static final Path ROOT = Path.of(System.getProperty("sluice.root"));
    private static final Pattern TYPE_NAME = Pattern.compile("`([A-Z][a-z]\\w*[A-Z]?\\w*)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

    private static Set<String> typesOfTheHouse() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void everyClassThatTheArchitecturePageNamesExists() throws IOException {
        Set<String> unknown = new TreeSet<>();
        Matcher names = TYPE_NAME.matcher(Files.readString(ROOT.resolve("docs/ARCHITECTURE.md")));
        while (names.find()) {
            unknown.add(names.group(1));
        }
        assertThat(unknown).hasSizeGreaterThan(40);
        unknown.removeAll(typesOfTheHouse());
        // Records and interfaces inside other types.
        unknown.removeAll(Set.of("SendMessage"));
        assertThat(unknown).isEmpty();
    }

    @Test
    void everyLinkBetweenPagesLeadsSomewhere() throws IOException {
        Set<String> broken = new TreeSet<>();
        try (Stream<Path> pages = Stream.concat(
                Stream.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")),
                Files.walk(ROOT.resolve("docs")))) {
            for (Path page :
                    pages.filter(file -> file.toString().endsWith(".md")).toList()) {
                Matcher links = LINK.matcher(Files.readString(page));
                while (links.find()) {
                    if (!Files.exists(page.resolveSibling(links.group(1)))) {
                        broken.add(ROOT.relativize(page) + " -> " + links.group(1));
                    }
                }
            }
        }
        assertThat(broken).isEmpty();
    }
}

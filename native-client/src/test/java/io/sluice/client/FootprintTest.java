package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.client.consume.Verdict;
import io.sluice.client.live.LiveCluster;
import io.sluice.model.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What the client costs the application that it is part of. */
class FootprintTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int THREADS_MAX = 4;

    @TempDir
    Path directory;

    @Test
    void anIdleClientWithOneOfEverythingHasFewThreads() {
        try (LiveCluster cluster = LiveCluster.start(directory, "broker-a")) {
            Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
            try (SluiceClient client = SluiceClient.connect(cluster.nameServerAddress())) {
                Producer producer =
                        client.producer("out").transactionCheck(half -> null).start();
                producer.send(Message.of("Idle", "m"));
                PushConsumer consumer = client.pushConsumer("in")
                        .subscribe("Idle")
                        .listener(message -> Verdict.DONE)
                        .start();
                await().atMost(PATIENCE).until(() -> !consumer.assignment().isEmpty());
                client.leaseConsumer("lease", "Idle").open().poll(1, Duration.ZERO);
                PullConsumer reader = client.pullConsumer("pull").open();
                reader.assign(reader.queuesOf("Idle"));
                reader.poll(Duration.ZERO);

                await("listener threads end when there is no work")
                        .atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(ownThreads(before)).hasSizeLessThanOrEqualTo(THREADS_MAX));
                assertThat(ownThreads(before)).anyMatch(name -> name.startsWith("sluice-client-io"));
            }
        }
    }

    private static Set<String> ownThreads(Set<Thread> before) {
        Set<String> names = new TreeSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(thread) && thread.getName().startsWith("sluice-")) {
                names.add(thread.getName());
            }
        }
        return names;
    }

    @Test
    void itBringsNettyAndSlf4jAndNothingElse() throws Exception {
        Set<String> brought = new TreeSet<>();
        for (String module : new String[] {".", "../protocol", ".."}) {
            addBrought(Path.of(module, "pom.xml"), brought);
        }
        assertThat(brought)
                .containsExactlyInAnyOrder(
                        "io.sluice:sluice-protocol",
                        "io.netty:netty-handler",
                        "io.netty:netty-transport-classes-epoll",
                        "io.netty:netty-transport-native-epoll",
                        "org.slf4j:slf4j-api");
    }

    /** Of the file's own dependencies those that come to whoever depends on the module. */
    private static void addBrought(Path pom, Set<String> brought) throws Exception {
        Element project = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(pom.toFile())
                .getDocumentElement();
        NodeList all = project.getElementsByTagName("dependency");
        for (int i = 0; i < all.getLength(); i++) {
            Element dependency = (Element) all.item(i);
            boolean isOwn = dependency.getParentNode().getParentNode().equals(project);
            String scope = text(dependency, "scope", "compile");
            if (isOwn
                    && !scope.equals("test")
                    && !text(dependency, "optional", "false").equals("true")) {
                brought.add(text(dependency, "groupId", "") + ":" + text(dependency, "artifactId", ""));
            }
        }
    }

    private static String text(Element dependency, String name, String otherwise) {
        NodeList found = dependency.getElementsByTagName(name);
        return found.getLength() == 0
                ? otherwise
                : found.item(0).getTextContent().trim();
    }
}

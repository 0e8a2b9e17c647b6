package io.sluice.gateway.cli;

import io.sluice.gateway.config.Settings;
import io.sluice.gateway.demo.DemoRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice demo}: every door passes a message to every other door of a running node. */
@Command(
        name = "demo",
        description = "Show every door of a running node passing messages to every other.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    @Option(names = "--host", paramLabel = "HOST", description = "host of the node (default: ${DEFAULT-VALUE})")
    private String host = "127.0.0.1";

    @Mixin
    private NodeOptions options;

    @Override
    public Integer call() throws Exception {
        Settings settings = options.settings();
        DemoRun.Report report = DemoRun.against(
                host, settings.number("namesrvPort"), settings.number("mqttPort"), settings.number("httpPort"));
        System.out.println(report.table());
        return report.holds() ? 0 : SluiceCommand.FAILED;
    }
}

package io.sluice.gateway.cli;

import io.sluice.gateway.doubt.HttpDoor;
import io.sluice.gateway.doubt.InDoubt.Form;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of commands that ask a running node by its HTTP door. */
final class DoorOptions {
    @Option(names = "--host", paramLabel = "HOST", description = "host of the node (default: ${DEFAULT-VALUE})")
    private String host = "127.0.0.1";

    @Option(names = "--json", description = "one JSON object on each line")
    private boolean asJson;

    @Mixin
    private NodeOptions options;

    /** At the port that the settings name. */
    HttpDoor door() {
        return new HttpDoor(host, options.settings().number("httpPort"));
    }

    Form form() {
        return asJson ? Form.JSON : Form.TABLE;
    }
}

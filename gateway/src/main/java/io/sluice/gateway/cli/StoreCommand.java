package io.sluice.gateway.cli;

import io.sluice.store.StoreConfig;
import io.sluice.store.file.FileDisk;
import io.sluice.store.log.DelayLevels;
import io.sluice.store.tool.StoreDump;
import io.sluice.store.tool.StoreUsage;
import io.sluice.store.tool.StoreVerifier;
import io.sluice.store.tool.VerifyReport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice store}: looks into a store that no node has open. Reads only. */
@Command(
        name = "store",
        description = "Look into a store that no node has open; nothing is changed.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {StoreCommand.Verify.class, StoreCommand.Dump.class, StoreCommand.Usage.class})
final class StoreCommand {
    /** Exit code of a check that found only what opening the store puts right. */
    private static final int REPAIRABLE = 3;

    private StoreCommand() {}

    /** The directory that every command of this family takes: a store, or a data directory with a store in it. */
    private static Path storeIn(Path directory) {
        Path inside = directory.resolve("store");
        return inside.toFile().isDirectory() ? inside : directory;
    }

    @Command(
            name = "verify",
            description =
                    "Check every record, queue entry and index chain. Exit code 0: nothing is wrong; 1: messages are damaged;"
                            + " 3: every message is whole, opening the store puts the rest right.",
            mixinStandardHelpOptions = true)
    static final class Verify implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "store or data directory")
        private Path directory;

        @Option(names = "--delay-levels", paramLabel = "LEVELS", description = "messageDelayLevel of the store")
        private String delayLevels = StoreConfig.DELAY_LEVELS_DEFAULT;

        @Override
        public Integer call() {
            VerifyReport report =
                    StoreVerifier.verify(storeIn(directory), new FileDisk(), DelayLevels.parse(delayLevels));
            System.out.println(report.text());
            if (report.findings().isEmpty()) {
                return 0;
            }
            return report.sound() ? REPAIRABLE : SluiceCommand.FAILED;
        }
    }

    @Command(
            name = "dump",
            description = "Write records as lines of JSON to standard output.",
            mixinStandardHelpOptions = true)
    static final class Dump implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "store or data directory")
        private Path directory;

        @Option(names = "--topic", description = "records of this topic only")
        private String topic;

        @Option(names = "--from", paramLabel = "OFFSET", description = "first byte of the log to look at")
        private long from = StoreDump.Selection.ALL.fromOffset();

        @Option(names = "--limit", paramLabel = "N", description = "at most so many records")
        private long limit = StoreDump.Selection.ALL.limit();

        @Option(names = "--no-bodies", description = "leave the bodies out")
        private boolean withoutBodies;

        @Override
        public Integer call() {
            StoreDump.dump(
                    storeIn(directory),
                    new FileDisk(),
                    new StoreDump.Selection(topic, from, limit, !withoutBodies),
                    System.out);
            System.out.flush();
            return 0;
        }
    }

    @Command(name = "du", description = "Tell what each topic takes.", mixinStandardHelpOptions = true)
    static final class Usage implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "store or data directory")
        private Path directory;

        @Override
        public Integer call() {
            System.out.println(StoreUsage.of(storeIn(directory), new FileDisk()).text());
            return 0;
        }
    }
}

package io.sluice.peers.mqadmin;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import org.apache.rocketmq.tools.command.MQAdminStartup;
import org.apache.rocketmq.tools.command.SubCommand;

/**
 * Runs commands of {@code mqadmin} in one process, each through the tool's own entry point. Reads one command per line,
 * fields separated by tabs, and answers each with one line. Ends with the input.
 *
 * <pre>
 *   commands                          the name of every command, separated by blanks
 *   run MILLIS COMMAND [ARGUMENT]...  DONE or LATE, how long it took in ms, and what it printed in Base64.
 *                                     LATE: it runs longer than MILLIS; it is interrupted and left to itself
 * </pre>
 */
public final class MqadminDriver {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private MqadminDriver() {}

    /** The tool's own list, which only its children see. */
    private static final class Tool extends MQAdminStartup {
        static String commands() {
            return SUB_COMMANDS.stream().map(SubCommand::commandName).distinct().collect(Collectors.joining(" "));
        }
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        MQAdminStartup.initCommand();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split("\t", -1);
            if (words[0].equals("commands")) {
                OUT.println(Tool.commands());
            } else {
                OUT.println(run(Long.parseLong(words[1]), Arrays.copyOfRange(words, 2, words.length)));
            }
        }
        System.exit(0);
    }

    private static String run(long millis, String[] command) throws InterruptedException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream capture = new PrintStream(printed, true, StandardCharsets.UTF_8);
        System.setOut(capture);
        System.setErr(capture);
        long began = System.nanoTime();
        Thread running = new Thread(() -> MQAdminStartup.main0(command, null), "mqadmin " + command[0]);
        running.setDaemon(true);
        running.start();
        running.join(millis);
        boolean late = running.isAlive();
        running.interrupt();
        return "%s %d %s"
                .formatted(
                        late ? "LATE" : "DONE",
                        (System.nanoTime() - began) / 1_000_000,
                        Base64.getEncoder().encodeToString(printed.toByteArray()));
    }
}

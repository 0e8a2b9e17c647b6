package io.sluice.peers.spring;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Reads commands from standard input, one per line, fields separated by tabs, and answers each with a line that begins
 * with {@code OK} or {@code ERR}; listeners tell at any time what they got. Ends with the input.
 *
 * <pre>
 *   sync    DESTINATION BODY      OK status
 *   async   DESTINATION BODY      OK status, from the callback
 *   oneway  DESTINATION BODY      OK
 *   orderly DESTINATION BODY KEY  OK status, to the queue that the key chooses
 * </pre>
 */
@SpringBootApplication
public class SpringDriver {
    private static final long PATIENCE_SECONDS = 30;

    public static void main(String[] arguments) throws IOException {
        try (ConfigurableApplicationContext context = SpringApplication.run(SpringDriver.class, arguments)) {
            RocketMQTemplate template = context.getBean(RocketMQTemplate.class);
            Told.line("OK started");
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                answer(template, line.split("\t", -1));
            }
        }
    }

    private static void answer(RocketMQTemplate template, String[] command) {
        try {
            Told.line("OK " + run(template, command));
        } catch (Exception failed) {
            Told.line("ERR " + String.valueOf(failed).replace('\n', ' '));
        }
    }

    private static String run(RocketMQTemplate template, String[] command) throws Exception {
        String destination = command[1];
        String body = command[2];
        switch (command[0]) {
            case "sync":
                return template.syncSend(destination, body).getSendStatus().name();
            case "async":
                return async(template, destination, body).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            case "oneway":
                template.sendOneWay(destination, body);
                return "";
            case "orderly":
                return template.syncSendOrderly(destination, body, command[3])
                        .getSendStatus()
                        .name();
            default:
                throw new IllegalArgumentException("unknown command " + command[0]);
        }
    }

    private static CompletableFuture<String> async(RocketMQTemplate template, String destination, String body) {
        CompletableFuture<String> done = new CompletableFuture<>();
        template.asyncSend(destination, body, new SendCallback() {
            @Override
            public void onSuccess(SendResult result) {
                done.complete(result.getSendStatus().name());
            }

            @Override
            public void onException(Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        return done;
    }
}

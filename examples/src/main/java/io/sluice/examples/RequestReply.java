package io.sluice.examples;

import io.sluice.client.Producer;
import io.sluice.client.SluiceClient;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.model.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Asks a question and waits for the reply of whoever consumes it. */
public final class RequestReply {
    private RequestReply() {}

    public static void main(String... nameServers) throws Exception {
        try (SluiceClient client = SluiceClient.connect(nameServers.length == 0 ? "127.0.0.1:9876" : nameServers[0])) {
            run(client).forEach(System.out::println);
        }
    }

    static List<String> run(SluiceClient client) {
        Producer producer = client.producer("request-reply").start();
        client.pushConsumer("repliers")
                .subscribe("RequestReplyExample")
                .startAt(StartAt.FIRST)
                .listener(question -> {
                    producer.reply(question, ("hello " + question.text()).getBytes(StandardCharsets.UTF_8));
                    return Verdict.DONE;
                })
                .start();

        Message reply = producer.request(Message.of("RequestReplyExample", "world"), Duration.ofSeconds(20));
        return List.of(reply.text());
    }
}

package io.sluice.client.script;

import io.sluice.client.script.ScriptedServer.Asked;
import io.sluice.model.Message;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.ConsumerIdList;
import io.sluice.wire.body.HeartbeatData;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.OffsetCommands.OffsetAnswer;
import io.sluice.wire.command.PullCommands.PullAnswer;
import io.sluice.wire.command.PullCommands.PullMessage;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.NewRecord;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Makes a scripted broker answer a consumer group: members, offsets, and queues that tests fill. Any thread. */
public final class ScriptedGroup {
    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);

    private final ScriptedServer broker;
    /** Everything below is guarded by this object. */
    private final Map<String, List<ByteBuffer>> queues = new HashMap<>();

    private final Map<String, Long> offsets = new HashMap<>();
    private final Map<String, List<Parked>> parked = new HashMap<>();
    private final TreeSet<String> members = new TreeSet<>();

    private record Parked(PullMessage pull, CompletableFuture<Frame> answer) {}

    public ScriptedGroup(ScriptedServer broker) {
        this.broker = broker;
        broker.on(RequestCode.HEART_BEAT, this::heartbeat)
                .on(RequestCode.UNREGISTER_CLIENT, this::leave)
                .on(RequestCode.GET_CONSUMER_LIST_BY_GROUP, asked -> members())
                .on(RequestCode.QUERY_CONSUMER_OFFSET, this::offset)
                .on(RequestCode.UPDATE_CONSUMER_OFFSET, this::store)
                .on(RequestCode.GET_MIN_OFFSET, asked -> ScriptedCluster.answer(new OffsetAnswer(0)))
                .on(RequestCode.GET_MAX_OFFSET, this::max)
                .onAsync(RequestCode.PULL_MESSAGE, this::pull);
    }

    private static String key(String topic, int queueId) {
        return topic + "/" + queueId;
    }

    private static String key(Asked asked) {
        return asked.field("topic") + "/" + asked.field("queueId");
    }

    /** Puts a message into a queue; pulls that wait for it are answered. */
    public synchronized void put(Message message, int queueId) {
        put(message, queueId, 0, 0);
    }

    public synchronized void put(Message message, int queueId, int sysFlag, int reconsumeTimes) {
        String key = key(message.topic().value(), queueId);
        List<ByteBuffer> queue = queues.computeIfAbsent(key, fresh -> new ArrayList<>());
        NewRecord plain = NewRecord.of(message, queueId, HOST);
        NewRecord record = new NewRecord(
                plain.topic(),
                queueId,
                plain.flag(),
                sysFlag,
                plain.bornAtMs(),
                HOST,
                reconsumeTimes,
                0,
                plain.body(),
                plain.properties(),
                true);
        queue.add(MessageEncoder.encode(record, queue.size(), 1000L + queue.size(), System.currentTimeMillis(), HOST));
        parked.getOrDefault(key, List.of()).forEach(waiting -> waiting.answer().complete(found(waiting.pull())));
        parked.remove(key);
    }

    public synchronized void putOffset(String topic, int queueId, long offset) {
        offsets.put(key(topic, queueId), offset);
    }

    public synchronized Long offset(String topic, int queueId) {
        return offsets.get(key(topic, queueId));
    }

    /** Another member comes or goes. */
    public synchronized void member(String clientId, boolean present) {
        if (present) {
            members.add(clientId);
        } else {
            members.remove(clientId);
        }
    }

    public synchronized int memberCount() {
        return members.size();
    }

    private synchronized Frame heartbeat(Asked asked) {
        HeartbeatData data = Body.fromJson(HeartbeatData.class, asked.body());
        if (!data.consumerDataSet().isEmpty()) {
            members.add(data.clientID());
        }
        return Frame.answer(0, "");
    }

    private synchronized Frame leave(Asked asked) {
        members.remove(asked.field("clientID"));
        return Frame.answer(0, "");
    }

    private synchronized Frame members() {
        return members.isEmpty()
                ? Frame.answer(1, "nobody is online")
                : ScriptedCluster.answer(new ConsumerIdList(List.copyOf(members)).toFrameBody());
    }

    private synchronized Frame offset(Asked asked) {
        Long offset = offsets.get(key(asked));
        return offset == null ? Frame.answer(22, "not found") : ScriptedCluster.answer(new OffsetAnswer(offset));
    }

    private synchronized Frame store(Asked asked) {
        offsets.put(key(asked), Long.parseLong(asked.field("commitOffset")));
        return Frame.answer(0, "");
    }

    private synchronized Frame max(Asked asked) {
        return ScriptedCluster.answer(
                new OffsetAnswer(queues.getOrDefault(key(asked), List.of()).size()));
    }

    private synchronized CompletionStage<Frame> pull(Asked asked) {
        PullMessage pull = asked.header(PullMessage.class);
        int end = queues.getOrDefault(key(asked), List.of()).size();
        if (pull.queueOffset() > end) {
            return CompletableFuture.completedFuture(answer(21, end, end, FrameBody.NONE));
        }
        if (pull.queueOffset() < end) {
            return CompletableFuture.completedFuture(found(pull));
        }
        CompletableFuture<Frame> held = new CompletableFuture<>();
        parked.computeIfAbsent(key(asked), fresh -> new ArrayList<>()).add(new Parked(pull, held));
        return held;
    }

    private Frame found(PullMessage pull) {
        List<ByteBuffer> queue = queues.get(key(pull.topic(), pull.queueId()));
        int from = (int) pull.queueOffset();
        int to = Math.min(queue.size(), from + pull.maxMsgNums());
        List<ByteBuffer> found =
                queue.subList(from, to).stream().map(ByteBuffer::duplicate).toList();
        return answer(0, to, queue.size(), FrameBody.slices(found, () -> {}));
    }

    private static Frame answer(int code, long next, long max, FrameBody body) {
        return CommandTable.STANDARD.answer(code, "", new PullAnswer(0, next, 0, max, 0, 0, 0, 0), body);
    }

    public ScriptedServer broker() {
        return broker;
    }
}

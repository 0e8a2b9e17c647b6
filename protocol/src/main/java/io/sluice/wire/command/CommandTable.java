package io.sluice.wire.command;

import io.sluice.wire.frame.FieldException;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * From request code to the record of its header and back. One table serves the whole process: {@link #STANDARD}. Immutable
 * once built, any thread.
 */
public final class CommandTable {
    /** Every code that Sluice knows. */
    public static final CommandTable STANDARD = standard();

    private final Map<Integer, Row> rows;

    private CommandTable(Map<Integer, Row> rows) {
        this.rows = rows;
    }

    /**
     * One request code.
     *
     * @param fieldNames names of its extension fields on the wire, in the order of the record
     * @param required   those of them that must be present
     */
    public record RowView(int code, Class<? extends Record> header, List<String> fieldNames, List<String> required) {}

    private record Row(int code, HeaderCodec<?> codec, String what) {}

    private static CommandTable standard() {
        Builder table = new Builder();
        RouteCommands.addTo(table);
        SessionCommands.addTo(table);
        SendCommands.addTo(table);
        PullCommands.addTo(table);
        OffsetCommands.addTo(table);
        QueryCommands.addTo(table);
        TransactionCommands.addTo(table);
        PopCommands.addTo(table);
        LeaseCommands.addTo(table);
        TimerCommands.addTo(table);
        UnitCommands.addTo(table);
        TopicCommands.addTo(table);
        GroupCommands.addTo(table);
        ConsumerCommands.addTo(table);
        BrokerCommands.addTo(table);
        AccessCommands.addTo(table);
        return table.build();
    }

    public SortedSet<Integer> codes() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(rows.keySet()));
    }

    public Optional<RowView> row(int code) {
        return Optional.ofNullable(rows.get(code))
                .map(row -> new RowView(code, row.codec.type(), row.codec.fieldNames(), row.codec.requiredFields()));
    }

    /** A request with nothing but its header. */
    public Frame request(int code, Record header) {
        return request(code, header, FrameBody.NONE);
    }

    /** @throws IllegalArgumentException when the record is not that of the code: a mistake of the caller */
    public Frame request(int code, Record header, FrameBody body) {
        return Frame.request(code, encode(rowOf(code).codec, header), body);
    }

    /**
     * The header of a request.
     *
     * @throws FieldException naming the code and the field that is missing or not of its type
     */
    public <T extends Record> T read(Frame request, Class<T> type) {
        Row row = rowOf(request.code());
        return type.cast(row.codec.decode(row.what, request.fields()));
    }

    /** A successful answer with nothing but its header. */
    public Frame answer(Record header) {
        return answer(ResponseCode.SUCCESS, "", header, FrameBody.NONE);
    }

    public Frame answer(int code, String remark, Record header, FrameBody body) {
        return Frame.answer(code, remark, answerFields(header), body);
    }

    private Fields answerFields(Record header) {
        return header instanceof Fields written ? written : encode(AnswerCodecs.of(header.getClass()), header);
    }

    /**
     * The header of an answer.
     *
     * @throws FieldException naming the record and the field that is missing or not of its type
     */
    public <T extends Record> T readAnswer(Frame answer, Class<T> type) {
        return type.cast(AnswerCodecs.of(type).decode("answer (" + type.getSimpleName() + ")", answer.fields()));
    }

    private Row rowOf(int code) {
        Row row = rows.get(code);
        if (row == null) {
            throw new IllegalArgumentException("request code %d has no row in the command table".formatted(code));
        }
        return row;
    }

    private static <T extends Record> Fields encode(HeaderCodec<T> codec, Record header) {
        if (header.getClass() != codec.type()) {
            throw new IllegalArgumentException("header is %s, expected %s"
                    .formatted(header.getClass().getSimpleName(), codec.type().getSimpleName()));
        }
        return codec.encode(codec.type().cast(header));
    }

    /** Collects rows; a code can have only one. */
    static final class Builder {
        private final SortedMap<Integer, Row> rows = new TreeMap<>();

        Builder row(int code, Class<? extends Record> header) {
            return row(code, header, Map.of());
        }

        /** @param names wire names of components where this code calls them differently */
        Builder row(int code, Class<? extends Record> header, Map<String, String> names) {
            return row(code, RecordCodec.of(header, names));
        }

        Builder row(int code, HeaderCodec<?> codec) {
            String what = "request %d (%s)".formatted(code, codec.type().getSimpleName());
            if (rows.put(code, new Row(code, codec, what)) != null) {
                throw new IllegalStateException("request code %d has two rows".formatted(code));
            }
            return this;
        }

        CommandTable build() {
            return new CommandTable(Map.copyOf(rows));
        }
    }
}

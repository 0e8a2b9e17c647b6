package io.sluice.wire.command;

import java.util.Map;

/** Codecs of answer headers, one per record, made when first needed. */
final class AnswerCodecs {
    private static final ClassValue<RecordCodec<?>> CODECS = new ClassValue<>() {
        @Override
        protected RecordCodec<?> computeValue(Class<?> type) {
            return RecordCodec.of(type.asSubclass(Record.class), Map.of());
        }
    };

    private AnswerCodecs() {}

    static RecordCodec<?> of(Class<? extends Record> type) {
        return CODECS.get(type);
    }
}

package io.sluice.wire.body;

import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.json.JsonException;
import io.sluice.wire.json.JsonForm;
import io.sluice.wire.json.JsonWriter;
import io.sluice.wire.json.KeyStyle;

/** A record that travels as the JSON body of a frame. */
public interface Body {

    /**
     * How keys that are no texts are written unless the sender asks otherwise. Strict JSON is read by all Java peers; where
     * peers in other languages are known to expect the bare form, the body says so.
     */
    default KeyStyle keyStyle() {
        return KeyStyle.QUOTED;
    }

    /** The body in UTF-8, in its own key style. */
    default byte[] toJson() {
        return toJson(keyStyle());
    }

    default byte[] toJson(KeyStyle style) {
        JsonWriter out = new JsonWriter(style);
        Record self = (Record) this;
        JsonForm.of(self.getClass()).write(self, out);
        return out.toByteArray();
    }

    /** The body of a frame to send. */
    default FrameBody toFrameBody() {
        return FrameBody.of(toJson());
    }

    /** @throws JsonException when the bytes are empty or not such a body */
    static <T extends Record & Body> T fromJson(Class<T> type, byte[] utf8) {
        if (utf8.length == 0) {
            throw new JsonException("the body is empty, expected %s".formatted(type.getSimpleName()));
        }
        return JsonForm.of(type).read(utf8);
    }

    /** The body of a frame that came in; the frame keeps it. */
    static <T extends Record & Body> T of(Class<T> type, Frame frame) {
        return fromJson(type, frame.body().toByteArray());
    }
}

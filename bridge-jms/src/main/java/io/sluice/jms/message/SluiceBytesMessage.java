package io.sluice.jms.message;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Bytes, written and read like a data stream, big endian. Either being written, or after {@link #reset} being read from
 * the start.
 */
public final class SluiceBytesMessage extends SluiceMessage implements BytesMessage {
    private ByteArrayOutputStream written = new ByteArrayOutputStream();
    private DataOutputStream out = new DataOutputStream(written);
    /** What is being read; meaningful while the body is read only. */
    private ByteBuffer in = ByteBuffer.allocate(0);

    public SluiceBytesMessage() {}

    /** A received body. */
    SluiceBytesMessage(byte[] body) {
        in = ByteBuffer.wrap(body);
        bodyReadOnly(true);
    }

    /** A copy of the whole body, wherever reading or writing stands. */
    byte[] content() {
        return isBodyReadOnly() ? in.array().clone() : written.toByteArray();
    }

    @Override
    public long getBodyLength() throws JMSException {
        requireReadableBody();
        return in.capacity();
    }

    @Override
    public void reset() {
        if (isBodyReadOnly()) {
            in.rewind();
        } else {
            in = ByteBuffer.wrap(written.toByteArray());
            bodyReadOnly(true);
        }
    }

    @Override
    public void clearBody() throws JMSException {
        super.clearBody();
        written = new ByteArrayOutputStream();
        out = new DataOutputStream(written);
        in = ByteBuffer.allocate(0);
    }

    @Override
    Object bodyValue() {
        reset();
        byte[] body = content();
        return body.length == 0 ? null : body;
    }

    // ---- read ----

    private ByteBuffer next(int bytes) throws JMSException {
        requireReadableBody();
        if (in.remaining() < bytes) {
            throw new MessageEOFException(
                    "%d bytes wanted, %d left before the end of the body".formatted(bytes, in.remaining()));
        }
        return in;
    }

    @Override
    public boolean readBoolean() throws JMSException {
        return next(1).get() != 0;
    }

    @Override
    public byte readByte() throws JMSException {
        return next(1).get();
    }

    @Override
    public int readUnsignedByte() throws JMSException {
        return next(1).get() & 0xFF;
    }

    @Override
    public short readShort() throws JMSException {
        return next(2).getShort();
    }

    @Override
    public int readUnsignedShort() throws JMSException {
        return next(2).getShort() & 0xFFFF;
    }

    @Override
    public char readChar() throws JMSException {
        return next(2).getChar();
    }

    @Override
    public int readInt() throws JMSException {
        return next(4).getInt();
    }

    @Override
    public long readLong() throws JMSException {
        return next(8).getLong();
    }

    @Override
    public float readFloat() throws JMSException {
        return next(4).getFloat();
    }

    @Override
    public double readDouble() throws JMSException {
        return next(8).getDouble();
    }

    @Override
    public String readUTF() throws JMSException {
        int length = next(2).getShort(in.position()) & 0xFFFF;
        next(2 + length);
        byte[] encoded = new byte[2 + length];
        in.get(in.position(), encoded);
        try {
            String text = DataInputStream.readUTF(new DataInputStream(new ByteArrayInputStream(encoded)));
            in.position(in.position() + encoded.length);
            return text;
        } catch (IOException malformed) {
            MessageFormatException refused =
                    new MessageFormatException("the next %d bytes are not a modified UTF-8 text".formatted(length));
            refused.setLinkedException(malformed);
            throw refused;
        }
    }

    @Override
    public int readBytes(byte[] value) throws JMSException {
        return readBytes(value, value.length);
    }

    @Override
    public int readBytes(byte[] value, int length) throws JMSException {
        requireReadableBody();
        if (length < 0 || length > value.length) {
            throw new IndexOutOfBoundsException("length %d, array %d".formatted(length, value.length));
        }
        if (length > 0 && !in.hasRemaining()) {
            return -1;
        }
        int count = Math.min(length, in.remaining());
        in.get(value, 0, count);
        return count;
    }

    // ---- write ----

    /** One write to the stream; a heap stream never fails. */
    @FunctionalInterface
    private interface Write {
        void to(DataOutputStream stream) throws IOException;
    }

    private void write(Write write) throws JMSException {
        requireWritableBody();
        try {
            write.to(out);
        } catch (IOException tooLong) {
            MessageFormatException refused =
                    new MessageFormatException("cannot be written: %s".formatted(tooLong.getMessage()));
            refused.setLinkedException(tooLong);
            throw refused;
        }
    }

    @Override
    public void writeBoolean(boolean value) throws JMSException {
        write(stream -> stream.writeBoolean(value));
    }

    @Override
    public void writeByte(byte value) throws JMSException {
        write(stream -> stream.writeByte(value));
    }

    @Override
    public void writeShort(short value) throws JMSException {
        write(stream -> stream.writeShort(value));
    }

    @Override
    public void writeChar(char value) throws JMSException {
        write(stream -> stream.writeChar(value));
    }

    @Override
    public void writeInt(int value) throws JMSException {
        write(stream -> stream.writeInt(value));
    }

    @Override
    public void writeLong(long value) throws JMSException {
        write(stream -> stream.writeLong(value));
    }

    @Override
    public void writeFloat(float value) throws JMSException {
        write(stream -> stream.writeFloat(value));
    }

    @Override
    public void writeDouble(double value) throws JMSException {
        write(stream -> stream.writeDouble(value));
    }

    /** @throws JMSException when the encoded text is longer than 65535 bytes */
    @Override
    public void writeUTF(String value) throws JMSException {
        write(stream -> stream.writeUTF(value));
    }

    @Override
    public void writeBytes(byte[] value) throws JMSException {
        write(stream -> stream.write(value));
    }

    @Override
    public void writeBytes(byte[] value, int offset, int length) throws JMSException {
        write(stream -> stream.write(value, offset, length));
    }

    @Override
    public void writeObject(Object value) throws JMSException {
        requireWritableBody();
        if (value == null) {
            throw new NullPointerException("a bytes message cannot hold null");
        }
        if (value instanceof Boolean flag) {
            writeBoolean(flag);
        } else if (value instanceof Byte number) {
            writeByte(number);
        } else if (value instanceof Short number) {
            writeShort(number);
        } else if (value instanceof Character character) {
            writeChar(character);
        } else if (value instanceof Integer number) {
            writeInt(number);
        } else if (value instanceof Long number) {
            writeLong(number);
        } else if (value instanceof Float number) {
            writeFloat(number);
        } else if (value instanceof Double number) {
            writeDouble(number);
        } else if (value instanceof String text) {
            writeUTF(text);
        } else if (value instanceof byte[] bytes) {
            writeBytes(bytes);
        } else {
            throw new MessageFormatException(
                    "a bytes message cannot hold a %s; expected a boxed primitive, String or byte[]"
                            .formatted(value.getClass().getName()));
        }
    }
}

package io.sluice.jms.message;

import jakarta.jms.JMSException;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.StreamMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * A sequence of values of the types that {@link Items} carries. Either being written, or after {@link #reset} being read
 * from the start. A read that fails leaves the position where it was.
 */
public final class SluiceStreamMessage extends SluiceMessage implements StreamMessage {
    private final List<Object> items = new ArrayList<>();
    private int next;
    /** How much of the bytes at {@link #next} was read so far; -1 when that item has not been begun. */
    private int bytesRead = -1;

    public SluiceStreamMessage() {}

    /** A received body. */
    SluiceStreamMessage(List<Object> received) {
        items.addAll(received);
        bodyReadOnly(true);
    }

    List<Object> items() {
        return items;
    }

    @Override
    public void reset() {
        bodyReadOnly(true);
        next = 0;
        bytesRead = -1;
    }

    @Override
    public void clearBody() throws JMSException {
        super.clearBody();
        items.clear();
        next = 0;
        bytesRead = -1;
    }

    /** §3.11: the body of a stream message is read item by item only. */
    @Override
    public <T> T getBody(Class<T> wanted) throws JMSException {
        throw new MessageFormatException("the body of a stream message is read item by item; use the read methods");
    }

    @Override
    public boolean hasBodyOf(Class<?> wanted) {
        return false;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public boolean isBodyAssignableTo(Class wanted) {
        return false;
    }

    // ---- read ----

    /** One conversion of an item. */
    @FunctionalInterface
    private interface Reading<T> {
        T of(Object item) throws MessageFormatException;
    }

    private Object peek() throws JMSException {
        requireReadableBody();
        if (next >= items.size()) {
            throw new MessageEOFException("all %d items of the stream have been read".formatted(items.size()));
        }
        return items.get(next);
    }

    private <T> T read(Reading<T> reading) throws JMSException {
        Object item = peek();
        if (bytesRead >= 0) {
            throw new MessageFormatException(
                    "item %d is a byte[] that was read in part; call readBytes until it is at its end".formatted(next));
        }
        T value = reading.of(item);
        next++;
        return value;
    }

    @Override
    public boolean readBoolean() throws JMSException {
        return read(Conversion::toBoolean);
    }

    @Override
    public byte readByte() throws JMSException {
        return read(Conversion::toByte);
    }

    @Override
    public short readShort() throws JMSException {
        return read(Conversion::toShort);
    }

    @Override
    public char readChar() throws JMSException {
        return read(Conversion::toChar);
    }

    @Override
    public int readInt() throws JMSException {
        return read(Conversion::toInt);
    }

    @Override
    public long readLong() throws JMSException {
        return read(Conversion::toLong);
    }

    @Override
    public float readFloat() throws JMSException {
        return read(Conversion::toFloat);
    }

    @Override
    public double readDouble() throws JMSException {
        return read(Conversion::toDouble);
    }

    @Override
    public String readString() throws JMSException {
        return read(Conversion::toText);
    }

    @Override
    public Object readObject() throws JMSException {
        return read(Items::checked);
    }

    /** A call that fills the array leaves the item open, even when nothing more is in it: the next call then says -1. */
    @Override
    public int readBytes(byte[] value) throws JMSException {
        byte[] bytes = Conversion.toBytes(peek());
        if (bytes == null) {
            next++;
            return -1;
        }
        int from = Math.max(bytesRead, 0);
        if (bytesRead >= 0 && from == bytes.length) {
            finishItem();
            return -1;
        }
        int count = Math.min(value.length, bytes.length - from);
        System.arraycopy(bytes, from, value, 0, count);
        if (count < value.length) {
            finishItem();
        } else {
            bytesRead = from + count;
        }
        return count;
    }

    private void finishItem() {
        next++;
        bytesRead = -1;
    }

    // ---- write ----

    private void write(Object value) throws JMSException {
        requireWritableBody();
        items.add(Items.checked(value));
    }

    @Override
    public void writeBoolean(boolean value) throws JMSException {
        write(value);
    }

    @Override
    public void writeByte(byte value) throws JMSException {
        write(value);
    }

    @Override
    public void writeShort(short value) throws JMSException {
        write(value);
    }

    @Override
    public void writeChar(char value) throws JMSException {
        write(value);
    }

    @Override
    public void writeInt(int value) throws JMSException {
        write(value);
    }

    @Override
    public void writeLong(long value) throws JMSException {
        write(value);
    }

    @Override
    public void writeFloat(float value) throws JMSException {
        write(value);
    }

    @Override
    public void writeDouble(double value) throws JMSException {
        write(value);
    }

    @Override
    public void writeString(String value) throws JMSException {
        write(value);
    }

    @Override
    public void writeBytes(byte[] value) throws JMSException {
        write(value);
    }

    @Override
    public void writeBytes(byte[] value, int offset, int length) throws JMSException {
        write(Items.part(value, offset, length));
    }

    @Override
    public void writeObject(Object value) throws JMSException {
        write(value);
    }
}

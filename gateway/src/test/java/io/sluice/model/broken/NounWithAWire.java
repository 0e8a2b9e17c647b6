package io.sluice.model.broken;

/** Breaks on purpose: the model uses the JDK alone. */
final class NounWithAWire {
    io.netty.buffer.ByteBuf bytes;
}

package io.sluice.port.broken;

/** Breaks on purpose: the port uses the model alone. */
final class QuestionWithAWire {
    io.netty.buffer.ByteBuf bytes;
}

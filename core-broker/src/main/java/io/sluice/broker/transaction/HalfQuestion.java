package io.sluice.broker.transaction;

import java.nio.ByteBuffer;

/**
 * What has become of a half message?
 *
 * @param halfOffset entry in the half queue
 * @param logOffset  where it lies
 * @param record     the message as a stored record, under its own topic; a copy
 */
public record HalfQuestion(long halfOffset, long logOffset, String uniqueKey, String messageId, ByteBuffer record) {}

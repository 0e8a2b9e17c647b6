/**
 * Which topics exist here, with how many queues and which rights, and who may send to them.
 *
 * <p>Owner: {@code TopicTable} owns the table behind its lock; readers see single immutable values. In: sends to unknown
 * topics, orders of administrators. Out: topic values, word of changes.
 * <br>Format: {@code config/topics.json} of the store. Never here: queues' contents, consumers.
 */
package io.sluice.broker.topic;

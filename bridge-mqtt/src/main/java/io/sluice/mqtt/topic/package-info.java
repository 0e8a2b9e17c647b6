/**
 * Topic names and filters of MQTT, the trie that matches them, and their mapping to native topics.
 *
 * <p>In: text from packets. Out: checked values; native topic names and back.
 * <br>Owner: the {@link io.sluice.mqtt.topic.SubscriptionTrie} is written under its own lock and read without one;
 * everything else is a value. Never here: packets, sessions, the port.
 * <br>Standard: MQTT-3.1.1 §4.7, MQTT-5.0 §4.7. Mapping: docs/doors/mqtt.md.
 */
package io.sluice.mqtt.topic;

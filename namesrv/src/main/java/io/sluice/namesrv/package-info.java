/**
 * The name server: tells clients where topics live, because brokers told it before.
 *
 * <p>Assembles the rooms below; nothing of it survives a restart except the settings in {@code kv}, brokers register again.
 * Several name servers know nothing of each other: every broker registers with each.
 */
package io.sluice.namesrv;

/**
 * The only reader of configuration: files, environment and command line become one checked set of settings.
 *
 * <p>In: Java properties with RocketMQ's names where RocketMQ has one. Out: {@link
 * io.sluice.gateway.config.Settings}, every value checked for type and range, every unknown key refused with the nearest
 * known one. Never here: what a setting does.
 */
package io.sluice.gateway.config;

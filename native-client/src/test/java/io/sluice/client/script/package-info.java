/** Servers that say what a test tells them to, and remember what they were asked. */
package io.sluice.client.script;

/**
 * Questions that expect a reply: an ordinary message goes out, and the reply comes back over the connection of the one who
 * asked.
 *
 * <p>Owner: {@code Requests}, one per client, owns the questions under way. <br>In: messages to ask and to answer with.
 * Out: replies. <br>Spec: docs/doors/native-client.md, "Request and reply". Never here: who consumes the questions.
 */
package io.sluice.client.request;

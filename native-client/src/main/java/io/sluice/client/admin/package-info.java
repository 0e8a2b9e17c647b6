/**
 * What operators ask of a cluster and change in it, as a typed API.
 *
 * <p>Owner: nobody; every call asks the cluster. <br>In: names and settings. Out: records of the present state.
 * <br>Spec: docs/doors/native-client.md, "Administration". Never here: sending and consuming.
 */
package io.sluice.client.admin;

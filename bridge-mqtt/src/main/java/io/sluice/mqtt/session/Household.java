package io.sluice.mqtt.session;

import io.sluice.mqtt.deliver.DeliveryLimits;
import io.sluice.mqtt.deliver.FanOut;
import io.sluice.mqtt.deliver.Traffic;

/** What all sessions of one door share. */
public record Household(FanOut fanOut, SessionLimits limits, DeliveryLimits deliveryLimits, Traffic traffic) {}

package io.sluice.broker.unit;

import io.sluice.port.Refusal;
import io.sluice.port.UnitOutcome;
import java.util.List;

/** How a unit ended, with what only the senders of single messages are told. */
record UnitResult(UnitOutcome outcome, List<String> uniqueKeys) {
    static UnitResult refused(Refusal reason, String sentence) {
        return new UnitResult(new UnitOutcome.Refused(reason, sentence), List.of());
    }
}

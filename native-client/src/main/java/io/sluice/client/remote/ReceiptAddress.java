package io.sluice.client.remote;

import io.sluice.port.LeaseReader.Receipt;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A broker's receipt together with the name of the broker, which the receipt itself does not tell:
 * {@code receipt.name}, the name in Base64 for URLs. A receipt without a name came from the broker directly.
 *
 * @param brokerName empty when it is not known
 * @param receipt    as the broker wrote it
 */
record ReceiptAddress(String brokerName, String receipt) {
    private static final char SEPARATOR = '.';

    Receipt toReceipt() {
        return new Receipt(receipt
                + SEPARATOR
                + Base64.getUrlEncoder().withoutPadding().encodeToString(brokerName.getBytes(StandardCharsets.UTF_8)));
    }

    static ReceiptAddress of(Receipt given) {
        String handle = given.handle();
        int at = handle.lastIndexOf(SEPARATOR);
        if (at < 0) {
            return new ReceiptAddress("", handle);
        }
        try {
            byte[] name = Base64.getUrlDecoder().decode(handle.substring(at + 1));
            return new ReceiptAddress(new String(name, StandardCharsets.UTF_8), handle.substring(0, at));
        } catch (IllegalArgumentException noName) {
            return new ReceiptAddress("", handle);
        }
    }
}

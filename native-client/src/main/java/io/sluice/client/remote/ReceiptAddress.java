package io.sluice.client.remote;

import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settlement;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A broker's receipt together with the name of the broker, which the receipt itself does not tell: {@code receipt.name}, the
 * name in Base64 for URLs, before the place of the message if there is one. A receipt without a name came from the broker
 * directly.
 *
 * @param brokerName empty when it is not known
 * @param receipt    as the broker wrote it
 */
record ReceiptAddress(String brokerName, Receipt receipt) {
    private static final char SEPARATOR = '.';

    /** The name stands behind what the receipts of a run share, so that they go on sharing it. */
    Receipt toReceipt() {
        String named = receipt.run()
                + SEPARATOR
                + Base64.getUrlEncoder().withoutPadding().encodeToString(brokerName.getBytes(StandardCharsets.UTF_8));
        return new Receipt(named, receipt.place());
    }

    static ReceiptAddress of(Receipt given) {
        String run = given.run();
        int at = run.lastIndexOf(SEPARATOR);
        if (at < 0) {
            return new ReceiptAddress("", given);
        }
        try {
            byte[] name = Base64.getUrlDecoder().decode(run.substring(at + 1));
            return new ReceiptAddress(
                    new String(name, StandardCharsets.UTF_8), new Receipt(run.substring(0, at), given.place()));
        } catch (IllegalArgumentException noName) {
            return new ReceiptAddress("", given);
        }
    }

    /** Of each settlement; what the receipts of a run share is looked at once where they follow each other. */
    static List<ReceiptAddress> ofAll(List<Settlement> settlements) {
        List<ReceiptAddress> addresses = new ArrayList<>(settlements.size());
        String run = null;
        ReceiptAddress last = null;
        for (Settlement settlement : settlements) {
            Receipt given = settlement.receipt();
            boolean sameRun = given.place() != Receipt.ALONE && given.run().equals(run);
            last = sameRun
                    ? new ReceiptAddress(last.brokerName, new Receipt(last.receipt.run(), given.place()))
                    : of(given);
            run = given.run();
            addresses.add(last);
        }
        return addresses;
    }
}

package io.sluice.mqtt.deliver;

/** A message that one session has of a subscription which it shares with others. Each verb counts once, the first wins. */
public interface Loan {
    /** Of a message that is nobody else's. */
    Loan NONE = new Loan() {
        @Override
        public void done() {
            // Nobody waits for it.
        }

        @Override
        public void giveBack() {
            // Nobody else wants it.
        }
    };

    /** The client has it, or nobody shall: it is settled for all that share. */
    void done();

    /** The session ended before the client had it: another one gets it. */
    void giveBack();
}

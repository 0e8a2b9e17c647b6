package io.sluice.http.channel;

import io.sluice.model.IllegalNameException;
import io.sluice.port.RefusedException;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From whatever went wrong to the {@link Problem} that the caller is told. */
final class Problems {
    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    private Problems() {}

    /** An unexpected failure is logged with its stack trace under an incident id, and only the id is told. */
    static Problem of(Throwable failure, String call) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof ProblemException known) {
            return known.problem();
        }
        if (cause instanceof RefusedException refused) {
            return Problem.of(ProblemType.of(refused.reason()), refused.getMessage());
        }
        if (cause instanceof IllegalNameException illegal) {
            return Problem.of(ProblemType.BAD_NAME, illegal.getMessage());
        }
        String incident = UUID.randomUUID().toString();
        log.error("{} failed unexpectedly: incident={}", call, incident, cause);
        return Problem.of(ProblemType.INTERNAL, "%s failed unexpectedly; incident %s".formatted(call, incident))
                .with("incident", incident);
    }
}

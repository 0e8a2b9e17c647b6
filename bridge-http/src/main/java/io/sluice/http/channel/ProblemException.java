package io.sluice.http.channel;

import io.sluice.model.SluiceException;

/** An endpoint's way to answer with a {@link Problem}. */
public final class ProblemException extends SluiceException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    ProblemException(Problem problem) {
        super(problem.detail());
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}

package dev.larder.cli;

/// What `larder` exits with. Part of the contract: scripts depend on the numbers.
public enum ExitCode {
  /// Done.
  OK(0),
  /// Failed for a reason that has no number of its own.
  FAILED(1),
  /// The command line cannot be understood.
  USAGE(2),
  /// What was named does not exist.
  NOT_FOUND(3),
  /// No token, or not the right one.
  AUTHENTICATION(4),
  /// It contradicts the state of things.
  CONFLICT(5),
  /// The server cannot be reached.
  UNREACHABLE(6),
  /// The configuration is not valid.
  CONFIGURATION(7),
  /// What upstream offers did not pass verification.
  VERIFICATION(8),
  /// Stopped by the user.
  INTERRUPTED(130);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  /// The number the process exits with.
  public int number() {
    return number;
  }

  /// The constant for `number`; [#FAILED] if there is none.
  static ExitCode of(int number) {
    for (ExitCode code : values()) {
      if (code.number == number) {
        return code;
      }
    }
    return FAILED;
  }
}

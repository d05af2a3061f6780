package dev.larder.cli;

/// What `larder` exits with. Part of the contract: scripts depend on the numbers.
public enum ExitCode {
  /// Done.
  OK(0, "done"),
  /// Failed for a reason that has no number of its own.
  FAILED(1, "failed"),
  /// The command line cannot be understood.
  USAGE(2, "the command line cannot be understood"),
  /// What was named does not exist.
  NOT_FOUND(3, "what was named does not exist"),
  /// No token, or not the right one.
  AUTHENTICATION(4, "no token, or not the right one"),
  /// It contradicts the state of things.
  CONFLICT(5, "it contradicts the state of things"),
  /// The server cannot be reached.
  UNREACHABLE(6, "the server cannot be reached"),
  /// The configuration is not valid.
  CONFIGURATION(7, "the configuration is not valid"),
  /// What upstream offers did not pass verification.
  VERIFICATION(8, "what upstream offers did not pass verification"),
  /// Stopped by the user.
  INTERRUPTED(130, "interrupted");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /// The number the process exits with.
  public int number() {
    return number;
  }

  /// What it means, in a few words.
  String meaning() {
    return meaning;
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

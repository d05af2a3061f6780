package dev.larder.cli;

import dev.larder.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/// Ends a command with an error the user is told in one line: `larder: SENTENCE; ADVICE`.
public final class CommandFailed extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ExitCode exitCode;
  private final @Nullable String advice;
  private final @Nullable String code;

  /// Ends the command.
  ///
  /// @param sentence what failed and why, without a capital letter and a full stop
  /// @param advice what to do about it, or null
  public CommandFailed(ExitCode exitCode, String sentence, @Nullable String advice) {
    this(exitCode, sentence, advice, (String) null);
  }

  /// What the server said no to.
  ///
  /// @param code of its problem, or null
  CommandFailed(
      ExitCode exitCode, String sentence, @Nullable String advice, @Nullable String code) {
    super(sentence);
    this.exitCode = exitCode;
    this.advice = advice;
    this.code = code;
  }

  /// The same, keeping the cause for `--debug`.
  public CommandFailed(
      ExitCode exitCode, String sentence, @Nullable String advice, Throwable cause) {
    super(sentence, cause);
    this.exitCode = exitCode;
    this.advice = advice;
    code = null;
  }

  /// What the process exits with.
  public ExitCode exitCode() {
    return exitCode;
  }

  /// Whether the server said no with this code.
  boolean has(ErrorCode meant) {
    return meant.code().equals(code);
  }

  /// The whole line, without `larder: `.
  public String line() {
    return advice == null ? String.valueOf(getMessage()) : getMessage() + "; " + advice;
  }
}

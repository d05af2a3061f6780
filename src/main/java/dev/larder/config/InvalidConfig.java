package dev.larder.config;

import java.util.List;
import java.util.stream.Collectors;

/// The configuration cannot be used. The message holds every problem that was found, ready for a
/// terminal.
public final class InvalidConfig extends Exception {
  private static final long serialVersionUID = 1L;

  private final int count;

  /// A configuration with one problem that has no place in a file.
  ///
  /// @param subject what the message is about: a path, an option
  /// @param message what is wrong and what to do
  public InvalidConfig(String subject, String message) {
    super(subject + ": error: " + message);
    this.count = 1;
  }

  private InvalidConfig(String text, int count) {
    super(text);
    this.count = count;
  }

  /// A configuration with problems that were found after it had been read.
  ///
  /// @param rendered at least one, each with its place and ready for a terminal
  public static InvalidConfig of(List<String> rendered) {
    return new InvalidConfig(String.join("\n", rendered), rendered.size());
  }

  InvalidConfig(List<Problem> problems) {
    super(
        problems.stream()
            .sorted(Problem.ORDER)
            .map(Problem::render)
            .distinct()
            .collect(Collectors.joining("\n")));
    this.count = problems.size();
  }

  /// How many problems the message holds.
  public int count() {
    return count;
  }

  /// The problems, ready for a terminal; never null.
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}

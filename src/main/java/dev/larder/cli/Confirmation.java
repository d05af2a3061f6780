package dev.larder.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;

/// Asks before something is removed that cannot be had again.
final class Confirmation {
  private Confirmation() {}

  /// Asks, and goes on if the answer is yes.
  ///
  /// @param question of one line, such as `Remove key internal?`; made only if it can be asked
  /// @throws CommandFailed if the answer is no, or nobody is there to give it
  static void ask(Session session, Supplier<String> question) {
    Surroundings surroundings = session.surroundings();
    if (!surroundings.terminal().in()) {
      throw new CommandFailed(
          ExitCode.USAGE, "there is no terminal to ask whether to remove", "add --yes");
    }
    surroundings.err().print(Wording.plain(question.get()) + " [y/N] ");
    surroundings.err().flush();
    String answer;
    try {
      answer = surroundings.in().readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (answer == null || !answer.strip().matches("(?i)y|yes")) {
      throw new CommandFailed(ExitCode.FAILED, "nothing was removed", null);
    }
  }
}

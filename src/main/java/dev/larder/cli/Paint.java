package dev.larder.cli;

import java.util.Locale;
import java.util.Map;

/// Colours for words that also say it themselves: nothing is told by colour alone.
///
/// @param coloured whether colours are written at all
record Paint(boolean coloured) {
  /// The value of `--color`.
  enum When {
    AUTO,
    ALWAYS,
    NEVER;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// What a word means, and so how it is coloured.
  enum Tone {
    PLAIN(""),
    STRONG("1"),
    FAINT("2"),
    GOOD("32"),
    WARNING("33"),
    BAD("31");

    private final String sgr;

    Tone(String sgr) {
      this.sgr = sgr;
    }
  }

  /// Decides by `--color`, then by https://no-color.org and https://bixense.com/clicolors, then by
  /// the terminal.
  static Paint of(When when, Map<String, String> environment, boolean terminal) {
    return new Paint(
        switch (when) {
          case ALWAYS -> true;
          case NEVER -> false;
          case AUTO -> {
            String force = environment.getOrDefault("CLICOLOR_FORCE", "");
            if (!environment.getOrDefault("NO_COLOR", "").isEmpty()) {
              yield false;
            }
            if (!force.isEmpty() && !force.equals("0")) {
              yield true;
            }
            yield terminal && !environment.getOrDefault("TERM", "").equals("dumb");
          }
        });
  }

  String apply(Tone tone, String text) {
    return !coloured || tone == Tone.PLAIN || text.isBlank()
        ? text
        : "\u001b[" + tone.sgr + "m" + text + "\u001b[0m";
  }
}

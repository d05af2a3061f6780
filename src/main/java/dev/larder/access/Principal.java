package dev.larder.access;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Who asks.
///
/// @param kind how they showed it
/// @param name of the token or the line of the file; empty where there is only one of the kind
/// @param grant what they may do
/// @param expires from when on they are nobody, or null
public record Principal(Kind kind, String name, Grant grant, @Nullable Instant expires) {
  /// Ways to be somebody.
  public enum Kind {
    /// The command line on this machine, by `cli.token`.
    CLI,
    /// A token that was made, or is declared in the configuration.
    TOKEN,
    /// A line of the file `[console] authorized-secrets`.
    SECRET,
    /// The one-use link of the first start.
    SETUP,
    /// Nobody in particular, where reading needs no token.
    ANONYMOUS;

    /// As the API writes it: `token`.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static final Principal CLI = new Principal(Kind.CLI, "", Grant.EVERYTHING, null);
  static final Principal ANONYMOUS = new Principal(Kind.ANONYMOUS, "", Grant.READING, null);

  /// Whoever opened the set-up link.
  public static final Principal SETUP = new Principal(Kind.SETUP, "", Grant.NOTHING, null);

  /// Whether a token that lasts until `end` would outlast whoever makes it.
  ///
  /// @param end null for one that does not end
  public boolean endsBefore(@Nullable Instant end) {
    return expires != null && (end == null || end.isAfter(expires));
  }

  /// For the audit log: `cli`, `token:deploy`, `secret:build host`.
  public String label() {
    return name.isEmpty() ? kind.word() : kind.word() + ":" + name;
  }
}

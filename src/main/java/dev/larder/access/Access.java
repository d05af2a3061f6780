package dev.larder.access;

import dev.larder.store.Layout;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;

/// Everything about who may use the console, put together.
///
/// @param cli the token of this machine's command line
/// @param tokens all others
/// @param authenticator finds out who asks
/// @param setup the way in on the first start
/// @param audit who did what
public record Access(
    CliToken cli, Tokens tokens, Authenticator authenticator, SetupLink setup, AuditLog audit)
    implements Closeable {
  /// Failures of one address in a minute that are answered as such.
  static final int FAILURES = 10;

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /// Opens what lies in the data directory.
  ///
  /// @throws IOException if it cannot be read or written; the message is a sentence for the
  ///   operator
  public static Access open(Layout layout, AccessSettings settings, InstantSource clock)
      throws IOException {
    CliToken cli = CliToken.open(layout.cliToken());
    Tokens tokens = Tokens.open(layout.tokens(), settings.tokens(), clock);
    Authenticator authenticator =
        new Authenticator(
            cli,
            tokens,
            Authenticator.Terms.of(settings),
            new FailureLimit(FAILURES, MINUTE, clock),
            clock);
    SetupLink setup = SetupLink.open(tokens, authenticator, clock);
    return new Access(cli, tokens, authenticator, setup, AuditLog.open(layout.audit(), clock));
  }

  /// Takes other settings, for the next request. Tokens that are declared no more are worth nothing
  /// from then on. Does not fail.
  public void reload(AccessSettings settings) {
    tokens.declare(settings.tokens());
    authenticator.reload(Authenticator.Terms.of(settings));
  }

  /// Writes down what is not yet.
  @Override
  public void close() throws IOException {
    tokens.close();
    audit.close();
  }
}

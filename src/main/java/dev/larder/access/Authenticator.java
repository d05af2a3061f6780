package dev.larder.access;

import dev.larder.clock.Ages;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Finds out who asks, from the header `Authorization`: the token behind `Bearer`, or bare.
///
/// Whatever is shown is hashed and compared with everything that would be right, so that neither
/// the kind of a token nor how nearly it was guessed shows in the time taken.
///
/// Once too many failures came from an address, only what has the form of the tokens that we make
/// is still compared: nobody guesses 256 random bits, and so nobody who has such a token is shut
/// out by a neighbour. Secrets that people chose can be guessed, and are refused unseen.
public final class Authenticator {
  private static final String SCHEME = "bearer ";

  private final CliToken cli;
  private final Tokens tokens;
  private final FailureLimit limit;
  private final InstantSource clock;
  private volatile Terms terms;

  Authenticator(CliToken cli, Tokens tokens, Terms terms, FailureLimit limit, InstantSource clock) {
    this.cli = cli;
    this.tokens = tokens;
    this.terms = terms;
    this.limit = limit;
    this.clock = clock;
  }

  /// What can be exchanged while Larder runs.
  ///
  /// @param secrets that are taken like tokens; null if there are none
  /// @param anonymousReads whether reading needs no token
  record Terms(@Nullable AuthorizedSecrets secrets, boolean anonymousReads) {
    static Terms of(AccessSettings settings) {
      Path file = settings.authorizedSecrets();
      return new Terms(
          file == null ? null : new AuthorizedSecrets(file), settings.anonymousReads());
    }
  }

  void reload(Terms other) {
    terms = other;
  }

  /// Who asks.
  ///
  /// @param authorization the header, or null if there is none
  /// @param reading whether the request changes nothing: GET or HEAD
  /// @param address of the client
  public Authentication authenticate(
      @Nullable String authorization, boolean reading, InetAddress address) {
    if (authorization == null) {
      return terms.anonymousReads() && reading
          ? new Authentication.Known(Principal.ANONYMOUS)
          : new Authentication.Missing();
    }
    String shown = shown(authorization);
    Duration wait = limit.exceeded(address);
    if (!wait.isZero() && !TokenSecret.FORM.matcher(shown).matches()) {
      return new Authentication.TooMany(wait);
    }
    Authentication found = identify(shown);
    return switch (found) {
      case Authentication.Known _ -> found;
      case Authentication.Wrong _, Authentication.Expired _, Authentication.Undated _ ->
          failed(found, address);
      case Authentication.Missing _, Authentication.TooMany _ ->
          throw new IllegalStateException("something was shown and it was looked at");
    };
  }

  /// Counts a failure.
  ///
  /// @param how what it is told as while there are not too many
  Authentication failed(Authentication how, InetAddress address) {
    Duration wait = limit.failed(address);
    return wait.isZero() ? how : new Authentication.TooMany(wait);
  }

  private Authentication identify(String shown) {
    byte[] hash = TokenSecret.hash(shown);
    boolean isCli = cli.matches(shown);
    Token token = tokens.withHash(hash);
    AuthorizedSecrets secrets = terms.secrets();
    String label = secrets == null ? null : secrets.label(hash);
    if (isCli) {
      return new Authentication.Known(Principal.CLI);
    }
    Instant now = clock.instant();
    if (token != null && token.hasExpired(now)) {
      return new Authentication.Expired(token.name(), Objects.requireNonNull(token.expires()));
    }
    if (token != null && token.expires() != null && !Ages.isPlausible(now)) {
      // Nothing else is refused because of the clock, but this may have been stolen long ago.
      return new Authentication.Undated(token.name(), now);
    }
    if (token != null) {
      tokens.used(token);
      return new Authentication.Known(
          new Principal(
              Principal.Kind.TOKEN, token.name(), new Grant(token.scopes()), token.expires()));
    }
    return label == null
        ? new Authentication.Wrong()
        : new Authentication.Known(
            new Principal(Principal.Kind.SECRET, label, AuthorizedSecrets.GRANT, null));
  }

  private static String shown(String authorization) {
    String header = authorization.strip();
    return header.toLowerCase(Locale.ROOT).startsWith(SCHEME)
        ? header.substring(SCHEME.length()).strip()
        : header;
  }
}

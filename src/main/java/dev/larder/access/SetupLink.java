package dev.larder.access;

import java.io.IOException;
import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The way in on the first start: a code that is told on the terminal and makes one token that may
/// do everything, for whoever has no shell on this machine afterwards.
///
/// It exists only while no token ever was, for half an hour, and works once. It is nowhere on the
/// disk.
public final class SetupLink {
  /// How long it works.
  static final Duration LIFE = Duration.ofMinutes(30);

  /// Letters and digits that nobody mistakes for each other: 5 bits each.
  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  private static final int GROUPS = 5;
  private static final int GROUP = 4;

  private final Tokens tokens;
  private final Authenticator authenticator;
  private final InstantSource clock;
  private final Instant ends;
  private @Nullable String code;

  private SetupLink(
      Tokens tokens, Authenticator authenticator, InstantSource clock, @Nullable String code) {
    this.tokens = tokens;
    this.authenticator = authenticator;
    this.clock = clock;
    this.ends = clock.instant().plus(LIFE);
    this.code = code;
  }

  static SetupLink open(Tokens tokens, Authenticator authenticator, InstantSource clock) {
    return new SetupLink(tokens, authenticator, clock, tokens.wereEver() ? null : fresh());
  }

  private static String fresh() {
    SecureRandom random = new SecureRandom();
    StringBuilder code = new StringBuilder();
    for (int i = 0; i < GROUPS * GROUP; i++) {
      code.append(i > 0 && i % GROUP == 0 ? "-" : "")
          .append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return code.toString();
  }

  /// The code, such as `8F2K-71QX-...`: 100 random bits. Null if there is none, or none any more.
  public synchronized @Nullable String code() {
    if (code != null && (tokens.wereEver() || !clock.instant().isBefore(ends))) {
      code = null;
    }
    return code;
  }

  /// What came of showing a code.
  public sealed interface Outcome {
    /// It is the right one.
    record Right() implements Outcome {}

    /// The token was made.
    ///
    /// @param secret the token itself, which is told now and never again
    record Made(Token token, String secret) implements Outcome {}

    /// It is not the right one, or not any more.
    record Wrong() implements Outcome {}

    /// It is not the right one, after too many others that were not.
    ///
    /// @param retryAfter for how long nothing wrong is looked at
    record TooMany(Duration retryAfter) implements Outcome {}
  }

  /// Whether a code is the right one. Does not use it up: programs follow links before people do.
  ///
  /// @param address of the client
  public synchronized Outcome look(String shown, InetAddress address) {
    return isRight(shown) ? new Outcome.Right() : wrong(address);
  }

  /// Makes the token.
  ///
  /// @param name of the token
  /// @param address of the client
  /// @throws IOException if the disk cannot be written; then the code still works
  /// @throws IllegalArgumentException if no token can have that name; then the code still works
  public synchronized Outcome redeem(String shown, String name, InetAddress address)
      throws IOException {
    if (!isRight(shown)) {
      return wrong(address);
    }
    Tokens.Order order = new Tokens.Order(name, List.of(new Scope.Everything()), null);
    return switch (tokens.create(order, Principal.SETUP.label())) {
      case Tokens.Creation.Made(Token token, String secret) -> {
        code = null;
        yield new Outcome.Made(token, secret);
      }
      case Tokens.Creation.NameTaken _, Tokens.Creation.InThePast _, Tokens.Creation.TooMany _ -> {
        // Somebody else made a token at this very moment.
        code = null;
        yield new Outcome.Wrong();
      }
    };
  }

  private boolean isRight(String shown) {
    String right = code();
    // Hashes have one length, whatever is shown.
    byte[] given = TokenSecret.hash(normal(shown));
    byte[] wanted = TokenSecret.hash(right == null ? "" : normal(right));
    return MessageDigest.isEqual(given, wanted) && right != null;
  }

  private static String normal(String code) {
    return code.toUpperCase(Locale.ROOT).replaceAll("[\\s-]", "");
  }

  private Outcome wrong(InetAddress address) {
    return switch (authenticator.failed(new Authentication.Wrong(), address)) {
      case Authentication.TooMany(Duration wait) -> new Outcome.TooMany(wait);
      case Authentication.Wrong _,
          Authentication.Known _,
          Authentication.Missing _,
          Authentication.Expired _,
          Authentication.Undated _ ->
          new Outcome.Wrong();
    };
  }
}

package dev.larder.access;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tokens there are: those that were made, kept in `tokens.json`, and those declared in the
/// configuration. Safe for use by several threads.
public final class Tokens implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);

  /// More would be a script gone wild; all of them are compared with each request.
  private static final int MOST = 1000;

  private static final int ID_BYTES = 5;

  /// How far the file may be behind in telling when a token was used.
  private static final Duration USE_BEHIND = Duration.ofHours(1);

  private final TokenFile file;
  private final InstantSource clock;
  private List<Token> declared;
  private List<Token> made;
  private boolean everMade;
  private boolean unsaved;
  private @Nullable Instant saved;

  private Tokens(
      TokenFile file, List<Token> declared, @Nullable List<Token> made, InstantSource clock) {
    this.file = file;
    this.clock = clock;
    this.declared = List.copyOf(declared);
    this.made = made == null ? List.of() : List.copyOf(made);
    this.everMade = made != null;
  }

  /// Reads the tokens.
  ///
  /// @param path of `tokens.json`, which need not be there
  /// @param declared those of the configuration
  /// @throws IOException if the file cannot be read or understood; the message says what to do
  public static Tokens open(Path path, List<TokenSettings> declared, InstantSource clock)
      throws IOException {
    TokenFile file = new TokenFile(path);
    List<Token> made = file.read();
    return new Tokens(file, declared.stream().map(TokenSettings::token).toList(), made, clock);
  }

  /// Other tokens are declared from now on.
  synchronized void declare(List<TokenSettings> settings) {
    List<Token> before = declared;
    declared =
        settings.stream().map(TokenSettings::token).map(token -> known(before, token)).toList();
  }

  /// A token that is declared as it was keeps the time of its last use.
  private static Token known(List<Token> before, Token token) {
    for (Token one : before) {
      Instant used = one.lastUsed();
      if (one.id().equals(token.id()) && one.hash().equals(token.hash()) && used != null) {
        return token.usedAt(used);
      }
    }
    return token;
  }

  /// What is to be made.
  ///
  /// @param name up to 64 letters, digits, dots, dashes, underscores and `@`
  /// @param scopes not empty
  /// @param expires from when on it is worth nothing, or null
  public record Order(String name, List<Scope> scopes, @Nullable Instant expires) {
    /// Takes a defensive copy.
    ///
    /// @throws IllegalArgumentException if there can be no such token; the message says why
    public Order {
      TokenSettings.checkedName(name);
      scopes = scopes.stream().distinct().toList();
      if (scopes.isEmpty()) {
        throw new IllegalArgumentException(
            "a token that may do nothing is of no use; name at least one scope");
      }
    }
  }

  /// What came of an order.
  public sealed interface Creation {
    /// It was made.
    ///
    /// @param secret the token itself, which is told now and never again
    record Made(Token token, String secret) implements Creation {}

    /// Another token has that name.
    record NameTaken(Token other) implements Creation {}

    /// It would have expired already.
    record InThePast(Instant expires) implements Creation {}

    /// There are so many that no more are made.
    record TooMany(int most) implements Creation {}
  }

  /// What came of revoking.
  public sealed interface Revocation {
    /// It is worth nothing from now on.
    record Revoked(Token token) implements Revocation {}

    /// It stands in the configuration.
    record Declared(Token token) implements Revocation {}

    /// There is no such token.
    record Unknown() implements Revocation {}
  }

  /// Makes a token. It is on the disk before this returns.
  ///
  /// @param by label of who asked for it
  /// @throws IOException if the disk cannot be written; then there is no token
  public synchronized Creation create(Order order, String by) throws IOException {
    Instant now = clock.instant();
    Token other = find(order.name());
    if (other != null) {
      return new Creation.NameTaken(other);
    }
    Instant expires = order.expires();
    if (expires != null && !expires.isAfter(now)) {
      return new Creation.InThePast(expires);
    }
    if (made.size() >= MOST) {
      return new Creation.TooMany(MOST);
    }
    String secret = TokenSecret.fresh();
    String hash = TokenSecret.hashText(TokenSecret.hash(secret));
    Token token = new Token(freshId(), order.name(), hash, order.scopes(), now, expires, null, by);
    List<Token> more = new ArrayList<>(made);
    more.add(token);
    save(more);
    return new Creation.Made(token, secret);
  }

  private String freshId() {
    byte[] random = new byte[ID_BYTES];
    String id;
    do {
      new SecureRandom().nextBytes(random);
      id = HexFormat.of().formatHex(random);
    } while (find(id) != null);
    return id;
  }

  /// Revokes a token. It stays revoked over a crash once this returns.
  ///
  /// @param idOrName either of the two
  /// @throws IOException if the disk cannot be written; then the token still holds
  public synchronized Revocation revoke(String idOrName) throws IOException {
    Token token = find(idOrName);
    if (token == null) {
      return new Revocation.Unknown();
    }
    if (token.isDeclared()) {
      return new Revocation.Declared(token);
    }
    save(made.stream().filter(one -> !one.id().equals(token.id())).toList());
    return new Revocation.Revoked(token);
  }

  /// All tokens: those of the configuration, then those that were made, oldest first.
  public synchronized List<Token> list() {
    return Stream.concat(declared.stream(), made.stream()).toList();
  }

  /// The token with that id or name, or null.
  public synchronized @Nullable Token find(String idOrName) {
    List<Token> all = list();
    return Stream.concat(
            all.stream().filter(token -> token.id().equals(idOrName)),
            all.stream().filter(token -> token.name().equals(idOrName)))
        .findFirst()
        .orElse(null);
  }

  /// Whether there is or ever was a token, or one is declared: then whoever runs this has found
  /// their way in.
  public synchronized boolean wereEver() {
    return everMade || !declared.isEmpty();
  }

  /// The token with that hash, expired or not, or null. Every token is compared, each in the same
  /// time wherever the two differ, so that the time taken tells nothing.
  synchronized @Nullable Token withHash(byte[] hash) {
    Token found = null;
    for (Token token : list()) {
      if (MessageDigest.isEqual(TokenSecret.hashOf(token.hash()), hash)) {
        found = token;
      }
    }
    return found;
  }

  /// Notes that a token was used. Written down now and then only.
  synchronized void used(Token token) {
    Instant now = clock.instant();
    declared = declared.stream().map(one -> used(one, token, now)).toList();
    made = made.stream().map(one -> used(one, token, now)).toList();
    unsaved |= !token.isDeclared();
    if (unsaved && (saved == null || now.isAfter(saved.plus(USE_BEHIND)))) {
      saveUse(now);
    }
  }

  private static Token used(Token one, Token token, Instant now) {
    return one.id().equals(token.id()) ? one.usedAt(now) : one;
  }

  private void saveUse(Instant now) {
    // Not again at the next request if the disk is full: it can wait.
    saved = now;
    try {
      save(made);
    } catch (IOException e) {
      LOG.warn("when tokens were used could not be written down: {}", e.toString());
    }
  }

  private void save(List<Token> tokens) throws IOException {
    file.write(tokens);
    made = List.copyOf(tokens);
    everMade = true;
    unsaved = false;
    saved = clock.instant();
  }

  /// Writes down when tokens were used.
  @Override
  public synchronized void close() {
    if (unsaved) {
      saveUse(clock.instant());
    }
  }
}

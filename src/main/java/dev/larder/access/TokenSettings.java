package dev.larder.access;

import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.config.Section;
import dev.larder.config.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A `[[token]]` table: a token that is declared by the hash of its secret, so that a machine can
/// be set up without asking the console for one.
///
/// @param name of which there is only one
/// @param hash `sha256:` and 64 hexadecimal digits
/// @param scopes what it may do; not empty
/// @param expires from when on it is worth nothing, or null
public record TokenSettings(
    String name, String hash, List<Scope> scopes, @Nullable Instant expires) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

  private static final Key<String> NAME_KEY =
      Key.open(
          "name",
          Type.text("name", "ci", TokenSettings::checkedName, name -> name),
          "required",
          "Its name in lists and in the audit log.");

  private static final Key<String> HASH =
      Key.open(
          "hash",
          Type.confidential(
              "hash",
              "sha256:" + "0".repeat(64),
              text -> TokenSecret.hashText(TokenSecret.hashOf(text)),
              hash -> hash),
          "required",
          "SHA-256 of the token, never the token; `larder token hash --new` makes both.");

  private static final Key<List<Scope>> SCOPE =
      Key.open(
          "scope",
          Type.list(
              "list of scopes", Type.text("scope", "upload:internal", Scope::parse, Scope::text)),
          "required",
          "What it may do: `VERB:REPOSITORY`, where verbs are `read`, `upload`, `remove`, `promote`"
              + " and `sign`, and `*` in the repository stands for any characters; or `keys`,"
              + " `tokens` or `admin` alone.");

  private static final Key<Instant> EXPIRES =
      Key.open(
          "expires", Type.instant(), "it does not expire", "From when on it is worth nothing.");

  /// The table, for the reference.
  public static final KeyTable TABLE =
      new KeyTable(
          "[token]",
          "A token for the console, declared by its hash; as many tables as there are tokens. It"
              + " cannot be revoked but by removing it here.",
          true,
          List.of(NAME_KEY, HASH, SCOPE, EXPIRES));

  /// Takes a defensive copy.
  public TokenSettings {
    scopes = List.copyOf(scopes);
  }

  /// Reads all `[[token]]` tables.
  ///
  /// @param sections in the order of the file
  public static List<TokenSettings> read(List<Section> sections) {
    List<TokenSettings> all = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<String> hashes = new HashSet<>();
    for (Section section : sections) {
      TokenSettings token =
          new TokenSettings(
              section.require(NAME_KEY),
              section.require(HASH),
              section.require(SCOPE),
              section.find(EXPIRES));
      if (section.isSet(NAME_KEY) && !names.add(token.name())) {
        section.complain(NAME_KEY, "another token has this name", "give each its own");
      }
      if (section.isSet(HASH) && !hashes.add(token.hash())) {
        section.complain(HASH, "another token has this hash", "make one for each");
      }
      if (token.scopes().isEmpty()) {
        section.complain(SCOPE, "a token that may do nothing is of no use", "name a scope");
      }
      all.add(token);
    }
    return List.copyOf(all);
  }

  /// A token's name.
  ///
  /// @throws IllegalArgumentException if it cannot be one; the message says what can
  static String checkedName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          ("\"%s\" cannot be a token's name; write up to 64 letters, digits, dots, dashes,"
                  + " underscores and @")
              .formatted(Quoting.cut(name)));
    }
    return name;
  }

  Token token() {
    return new Token("config." + name, name, hash, scopes, null, expires, null, "configuration");
  }
}

package dev.larder.access;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// One thing that a token may do: `upload:internal`, `read:*`, `keys`, `admin`.
public sealed interface Scope {
  /// `admin`: everything.
  record Everything() implements Scope {}

  /// A verb of the whole server: `keys`, `tokens`.
  ///
  /// @param verb neither of a repository nor [Verb#ADMIN]
  record OfServer(Verb verb) implements Scope {
    /// Checks what [Scope#parse] promises.
    public OfServer {
      if (verb.isOfRepository() || verb == Verb.ADMIN) {
        throw new IllegalArgumentException(verb + " is not a verb of the server alone");
      }
    }
  }

  /// A verb in all repositories whose names match.
  ///
  /// @param verb one of a repository
  /// @param pattern a repository's name in which `*` stands for any number of characters
  record InRepositories(Verb verb, String pattern) implements Scope {
    private static final Pattern FORM = Pattern.compile("[a-z0-9*][a-z0-9._*-]{0,63}");

    /// Checks what [Scope#parse] promises.
    public InRepositories {
      if (!verb.isOfRepository()) {
        throw new IllegalArgumentException(
            "%s is not about a repository; write it alone: %s".formatted(verb, verb));
      }
      if (!FORM.matcher(pattern).matches()) {
        throw new IllegalArgumentException(
            ("\"%s\" is no repository's name; write small letters, digits, dots, dashes and"
                    + " underscores, and * for any number of characters")
                .formatted(Quoting.cut(pattern)));
      }
    }

    /// Whether the repository is one of those meant.
    ///
    /// A pattern given as `repository` matches if it means none that this one does not: its `*` is
    /// a character that only a `*` here can stand for.
    boolean means(String repository) {
      String regex =
          Arrays.stream(pattern.split("\\*+", -1))
              .map(Pattern::quote)
              .collect(Collectors.joining(".*"));
      return Pattern.compile(regex, Pattern.DOTALL).matcher(repository).matches();
    }
  }

  /// Reads a scope.
  ///
  /// @throws IllegalArgumentException if it is none; the message says what is allowed
  static Scope parse(String text) {
    int colon = text.indexOf(':');
    String word = colon < 0 ? text : text.substring(0, colon);
    Verb verb = Verb.named(word);
    if (verb == null) {
      throw new IllegalArgumentException(
          ("\"%s\" is not a scope; write VERB:REPOSITORY as in upload:internal or read:*, or keys,"
                  + " tokens or admin alone; verbs are %s")
              .formatted(Quoting.cut(text), Verb.words()));
    }
    if (verb.isOfRepository()) {
      if (colon < 0) {
        throw new IllegalArgumentException(
            "%s needs a repository; write %s:NAME, or %s:* for all of them"
                .formatted(verb, verb, verb));
      }
      return new InRepositories(verb, text.substring(colon + 1));
    }
    if (colon >= 0) {
      throw new IllegalArgumentException(
          "%s is not about a repository; write it alone: %s".formatted(verb, verb));
    }
    return verb == Verb.ADMIN ? new Everything() : new OfServer(verb);
  }

  /// Reads several.
  ///
  /// @throws IllegalArgumentException if one of them is none
  static List<Scope> parse(List<String> texts) {
    return texts.stream().map(Scope::parse).toList();
  }

  /// As [#parse] reads it.
  default String text() {
    return switch (this) {
      case Everything() -> Verb.ADMIN.word();
      case OfServer(Verb verb) -> verb.word();
      case InRepositories(Verb verb, String pattern) -> verb.word() + ":" + pattern;
    };
  }
}
